import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAddress } from '../../src/base/address.ts';
import { frameOf, type Speaker, sourceFor } from '../../src/darkspace/answerFrame.ts';
import type { Action } from '../../src/darkspace/claim.ts';
import { internetChecksum, pseudoHeaderSum } from '../../src/wire/checksum.ts';
import { ipv6AddressAt } from '../../src/wire/ipv6.ts';
import { solicitedNodeOf } from '../../src/wire/ndp.ts';
import { asker, askerMac, dark, ip, ownerMac, serviceMac } from './frames.ts';

const speaker: Speaker = { mac: serviceMac, addresses: [ip('10.9.0.200'), ip('fe80::b5e'), ip('2001:db8:1::200')] };
const hex = (octets: Uint8Array | undefined) => Buffer.from(octets ?? []).toString('hex');
const frame = (action: Action) => frameOf(action, speaker)?.frame;

describe('the frames that are sent', () => {
  it('ask the group of the target with hop limit 255 and the own link-layer address', () => {
    const octets = hex(frame({ kind: 'probe', target: dark }));
    assert.equal(octets.slice(0, 28), '3333ffef0001020000000b5e86dd');
    assert.equal(octets.slice(36, 44), '00203aff');
    assert.equal(octets.slice(108, 112), '8700');
    assert.equal(octets.slice(124, 172), '20010db8000100000000deadbeef00010101020000000b5e'.slice(0, 48));
  });
  it('go to the group by its text where the kernel writes the headers', () => {
    for (const text of ['fe80::1', '2001:db8::a00:5', 'fe80::abcd:ef00:0', 'fe80::ff:ffff']) {
      const group = frameOf({ kind: 'probe', target: ip(text) }, speaker)?.group;
      assert.equal(parseAddress(group?.destination ?? ''), solicitedNodeOf(ip(text)).address, text);
    }
  });
  it('answer with S=1, O=0, R=0 and the service port as link-layer address, from an address of the same scope', () => {
    const octets = hex(frame({ kind: 'answer', target: dark, asker, askerMac }));
    assert.equal(octets.slice(0, 24), '020000000001020000000b5e');
    assert.equal(octets.slice(108, 112), '8800');
    assert.equal(octets.slice(116, 124), '40000000');
    assert.equal(octets.slice(156), '0201020000000b5e');
    assert.equal(octets.slice(44, 76), '20010db8000100000000000000000200');
    assert.equal(
      hex(frame({ kind: 'answer', target: ip('fe80::5'), asker: ip('fe80::1'), askerMac })).slice(44, 76),
      'fe800000000000000000000000000b5e',
    );
  });
  it('correct with S=0, O=1 and the owner as link-layer address, as a router only where the owner is one', () => {
    const correction: Action = { kind: 'correction', target: dark, asker, askerMac, ownerMac, ownerIsRouter: false };
    assert.equal(hex(frame(correction)).slice(116, 124), '20000000');
    assert.equal(hex(frame(correction)).slice(156), '0201020000000002');
    assert.equal(hex(frame({ ...correction, ownerIsRouter: true })).slice(116, 124), 'a0000000');
  });
  it('carry the checksum of their own octets, whatever was sent before', () => {
    for (const [target, peer] of [
      [dark, asker],
      [ip('2001:db8:1::ffff:ffff'), ip('2001:db8:1::1')],
      [ip('fe80::1'), ip('fe80::ffff:ffff:ffff:ffff')],
    ] as const) {
      const actions: Action[] = [
        { kind: 'probe', target },
        { kind: 'answer', target, asker: peer, askerMac },
        { kind: 'correction', target, asker: peer, askerMac, ownerMac, ownerIsRouter: true },
      ];
      for (const action of actions) {
        const octets = frame(action) as Uint8Array;
        const sum = pseudoHeaderSum(ipv6AddressAt(octets, 22), ipv6AddressAt(octets, 38), 58, octets.length - 54);
        assert.equal(internetChecksum(octets, 54, octets.length, sum), 0, action.kind);
      }
    }
  });
  it('ask and answer by ARP for IPv4, in 60 octets', () => {
    const target = ip('10.9.0.99');
    const probe = hex(frame({ kind: 'probe', target }));
    assert.equal(probe.slice(0, 84), 'ffffffffffff020000000b5e08060001080006040001020000000b5e0a0900c80000000000000a090063');
    assert.equal(probe.length, 120);
    const answer = hex(frame({ kind: 'answer', target, asker: ip('10.9.0.1'), askerMac }));
    assert.equal(answer.slice(0, 84), '020000000001020000000b5e08060001080006040002020000000b5e0a0900630200000000010a090001');
  });
  it('come from no address of another family: without one there is no frame', () => {
    const withoutIpv4 = { ...speaker, addresses: speaker.addresses.slice(1) };
    assert.equal(frameOf({ kind: 'probe', target: ip('10.9.0.99') }, withoutIpv4), undefined);
    assert.equal(sourceFor(speaker, ip('2001:db8:9::1')), ip('2001:db8:1::200'));
  });
});
