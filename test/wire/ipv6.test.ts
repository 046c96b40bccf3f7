import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/octets.ts';
import { encodeIpv6, readIpv6 } from '../../src/wire/ipv6.ts';
import { encodeIpv6Fragment, encodeIpv6Options, extension, type Ipv6Chain, readIpv6Chain } from '../../src/wire/ipv6Extension.ts';
import { concatenate } from '../../src/wire/octetBuilder.ts';
import { hex, region } from './hostility.ts';

// RFC 8200 §3: version 6, class 0x12, label 0x34567, 4 octets of payload, UDP, hop limit 64, fe80::1 to ff02::2.
const written = hex('6123 4567 0004 11 40 fe800000000000000000000000000001 ff020000000000000000000000000002 01020304');
const fe801 = (0xfe80n << 112n) | 1n;
const ff022 = (0xff02n << 112n) | 2n;

function chain(octets: Uint8Array, nextHeader: number): Ipv6Chain & { readonly length: number } {
  const given = region(octets);
  const read = readIpv6Chain(given, nextHeader);
  assert.ok(!(read instanceof Fault));
  return { ...read, length: read.at - given.at };
}

describe('IPv6', () => {
  it('writes the octets that RFC 8200 describes', () =>
    assert.deepEqual(
      encodeIpv6({ source: fe801, destination: ff022, nextHeader: 17, trafficClass: 0x12, flowLabel: 0x34567 }, hex('01020304')),
      written,
    ));
  it('reads every field', () => {
    const read = readIpv6(region(written));
    assert.ok(read && !(read instanceof Fault));
    const { payload, ...fields } = read;
    assert.deepEqual(fields, {
      trafficClass: 0x12,
      flowLabel: 0x34567,
      payloadLength: 4,
      nextHeader: 17,
      hopLimit: 64,
      source: fe801,
      destination: ff022,
    });
    assert.equal(payload.end - payload.at, 4);
  });
  it('says what is missing at every shorter length', () => {
    for (let end = 0; end < 40; end++) {
      const fault = readIpv6(region(written, end));
      assert.ok(fault instanceof Fault && fault.kind === 'truncated' && fault.needed === 40 && fault.had === end);
    }
  });
  it('leaves other versions alone', () => assert.equal(readIpv6(region(written.with(0, 0x45))), undefined));
});

describe('IPv6 extension headers', () => {
  // Hop-by-hop with Router Alert for MLD (RFC 2711), as every MLD report carries it: 3a 00 05 02 00 00 01 00.
  const alert = hex('3a00 0502 0000 0100');

  it('writes the hop-by-hop header of MLD', () => assert.deepEqual(encodeIpv6Options(58, hex('0502 0000')), alert));
  it('passes it', () => {
    const { protocol, headers, length } = chain(alert, extension.hopByHop);
    assert.deepEqual([protocol, headers, length], [58, [0], 8]);
  });
  it('counts an authentication header in words of four octets', () => {
    // RFC 4302: payload length 4 means (4 + 2) words: 24 octets with a 96-bit integrity check value.
    const { protocol, length } = chain(concatenate(hex('1104 0000'), new Uint8Array(20)), extension.authentication);
    assert.deepEqual([protocol, length], [17, 24]);
  });
  it('passes routing, destination options and the first fragment', () => {
    const headers = concatenate(
      hex('3c00 0000 0000 0000'),
      encodeIpv6Options(44, new Uint8Array(0)),
      encodeIpv6Fragment({ nextHeader: 6, offset: 0, moreFragments: true, identification: 9 }),
    );
    const { protocol, headers: kinds, fragment } = chain(headers, extension.routing);
    assert.deepEqual([protocol, kinds, fragment], [6, [43, 60, 44], { offset: 0, moreFragments: true, identification: 9 }]);
  });
  it('stops behind the header of a later fragment: what follows is no header', () => {
    const later = concatenate(
      encodeIpv6Fragment({ nextHeader: 60, offset: 8, moreFragments: false, identification: 9 }),
      hex('ffff ffff ffff ffff'),
    );
    assert.deepEqual([chain(later, extension.fragment).length, chain(later, extension.fragment).protocol], [8, 60]);
  });
  it('does not look into ESP or behind No Next Header', () => {
    for (const nextHeader of [50, extension.none]) assert.equal(chain(new Uint8Array(8), nextHeader).length, 0);
  });
  it('says what is missing at every shorter length', () => {
    for (let end = 0; end < alert.length; end++) assert.ok(readIpv6Chain(region(alert, end), extension.hopByHop) instanceof Fault);
  });
});
