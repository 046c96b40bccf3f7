import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/octets.ts';
import { ArpView, arpOperation, encodeArp, readArp } from '../../src/wire/arp.ts';
import { hex, region } from './hostility.ts';

const request = (senderAddress: number, targetAddress: number) =>
  encodeArp({ operation: arpOperation.request, senderMac: 0x0200_0000_0001, senderAddress, targetMac: 0, targetAddress });

function view(octets: Uint8Array): ArpView {
  const read = readArp(region(octets));
  assert.ok(read instanceof ArpView);
  return read;
}

describe('ARP', () => {
  // Written out by hand from RFC 826, so that encoder and decoder cannot share a mistake.
  const written = hex('0001 0800 06 04 0001 020000000001 c0a80001 000000000000 c0a800fe');

  it('encodes the octets that RFC 826 describes', () => assert.deepEqual(request(0xc0a80001, 0xc0a800fe), written));
  it('reads every field', () => {
    const { operation, senderMac, senderAddress, targetMac, targetAddress } = view(written);
    assert.deepEqual([operation, senderMac, senderAddress, targetMac, targetAddress], [1, 0x0200_0000_0001, 0xc0a80001, 0, 0xc0a800fe]);
  });

  const rows: [string, number, number, { probe: boolean; announcement: boolean }][] = [
    ['an ordinary request is neither probe nor announcement', 0xc0a80001, 0xc0a800fe, { probe: false, announcement: false }],
    ['a request from 0.0.0.0 is a probe', 0, 0xc0a800fe, { probe: true, announcement: false }],
    ['a request for the own address is an announcement', 0xc0a80001, 0xc0a80001, { probe: false, announcement: true }],
  ];
  for (const [sentence, sender, target, expected] of rows)
    it(sentence, () => {
      const arp = view(request(sender, target));
      assert.deepEqual({ probe: arp.isProbe, announcement: arp.isAnnouncement }, expected);
    });

  it('says what is missing at every shorter length', () => {
    for (let end = 0; end < written.length; end++) {
      const cut = region(written, end);
      assert.deepEqual(readArp(cut), new Fault('arp', 'truncated', cut.at, 28, end, 'capture'));
    }
  });
  it('leaves other hardware and other protocols alone without calling them a fault', () => {
    for (const [at, value] of [
      [1, 24],
      [2, 0x86],
      [4, 8],
      [5, 16],
    ] as const)
      assert.equal(readArp(region(written.with(at, value))), undefined);
  });
});
