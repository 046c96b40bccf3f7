import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressFromIpv4 } from '../../src/base/address.ts';
import { Fault } from '../../src/base/octets.ts';
import { readIcmpQuote } from '../../src/wire/icmpQuote.ts';
import { encodeIcmpv4Echo, readIcmpEcho, readIcmpv4 } from '../../src/wire/icmpv4.ts';
import { readIcmpv6 } from '../../src/wire/icmpv6.ts';
import { encodeIgmp, igmpType, readIgmp } from '../../src/wire/igmp.ts';
import { readMld } from '../../src/wire/mld.ts';
import { ascii, hex, region } from './hostility.ts';

describe('ICMP', () => {
  // RFC 792 echo, identifier 1, sequence 2, data "ab"; 0800 + 0001 + 0002 + 6162 = 6965, complement 969a.
  const written = hex('0800 969a 0001 0002 6162');

  it('writes an echo request with its checksum', () =>
    assert.deepEqual(encodeIcmpv4Echo({ type: 8, identifier: 1, sequence: 2 }, ascii('ab')), written));
  it('reads it', () => {
    const read = readIcmpv4(region(written));
    assert.ok(read && !(read instanceof Fault));
    assert.deepEqual([read.type, read.code, read.checksumIsRight], [8, 0, true]);
    assert.deepEqual(readIcmpEcho(read.body), { identifier: 1, sequence: 2 });
  });
  it('notices a wrong checksum', () => {
    const read = readIcmpv4(region(written.with(9, 0)));
    assert.ok(read && !(read instanceof Fault) && !read.checksumIsRight);
  });
  it('checks ICMPv6 over the pseudo header: another address, another checksum', () => {
    // Echo request ::1 to ::1, no data: 8000 + 1 + 1 + 3a + 8 = 8044, complement 7fbb.
    const echo = hex('8000 7fbb 0000 0000');
    const right = (source: bigint) => {
      const read = readIcmpv6(region(echo), source, 1n);
      return read && !(read instanceof Fault) && read.checksumIsRight;
    };
    assert.deepEqual([right(1n), right(2n)], [true, false]);
  });
});

describe('A packet quoted by an ICMP error', () => {
  // Destination unreachable: unused word, then 10.0.0.1:1234 to 8.8.8.8:53, UDP.
  const quote = hex('00000000 4500 0020 0000 0000 4011 0000 0a000001 08080808 04d2 0035 000c 0000');
  const expected = {
    quoted: true,
    source: addressFromIpv4(0x0a000001),
    destination: addressFromIpv4(0x08080808),
    protocol: 17,
    sourcePort: 1234,
    destinationPort: 53,
  };

  it('is read as quoted, with its ports', () => assert.deepEqual(readIcmpQuote(region(quote), 4, 3), expected));
  it('keeps the addresses when the quote ends before the ports', () =>
    assert.deepEqual(readIcmpQuote(region(quote, 24), 4, 3), { ...expected, sourcePort: undefined, destinationPort: undefined }));
  it('is not looked for in an echo', () => assert.equal(readIcmpQuote(region(quote), 4, 8), undefined));
  it('follows the extension headers of a quoted IPv6 packet', () => {
    const octets = hex(`00000000 6000 0000 0010 00 40 ${'00'.repeat(15)}01 ${'00'.repeat(15)}02 1100 0104 00000000 04d2 0035 0008 0000`);
    assert.deepEqual(readIcmpQuote(region(octets), 6, 1), {
      quoted: true,
      source: 1n,
      destination: 2n,
      protocol: 17,
      sourcePort: 1234,
      destinationPort: 53,
    });
  });
});

describe('IGMP and MLD', () => {
  const group = addressFromIpv4(0xeffffffa);

  // RFC 2236 §2: 1600 + efff + fffa = 205f9 → 05fb, complement fa04.
  it('writes a version 2 report for 239.255.255.250', () =>
    assert.deepEqual(encodeIgmp(igmpType.reportV2, group), hex('1600 fa04 efff fffa')));
  it('reads it', () => assert.deepEqual(readIgmp(region(hex('1600 fa04 effffffa'))), { type: 0x16, groups: [group] }));
  it('reads a general query as one about no group', () =>
    assert.deepEqual(readIgmp(region(hex('1164 ee9b 00000000'))), { type: 0x11, groups: [] }));
  it('reads the groups of a version 3 report past sources and auxiliary data', () => {
    const report = hex('2200 0000 0000 0002  04 01 0001 effffffa 0a000001 00000000  03 00 0000 e00000fb');
    assert.deepEqual(readIgmp(region(report)), { type: 0x22, groups: [group, addressFromIpv4(0xe00000fb)] });
  });
  it('reads the groups of an MLDv2 report', () => {
    const report = hex('0000 0001 04 00 0000 ff020000000000000000000000000016');
    assert.deepEqual(readMld(region(report), 143), { kind: 'report', groups: [(0xff02n << 112n) | 0x16n] });
  });
  it('says so when fewer records follow than the report counts', () => {
    assert.ok(readIgmp(region(hex('2200 0000 0000 0002 04 00 0000 effffffa'))) instanceof Fault);
    assert.ok(readMld(region(hex('0000 0001 04 00 0001 ff020000000000000000000000000016')), 143) instanceof Fault);
  });
});
