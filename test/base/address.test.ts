import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  addressFromIpv4,
  addressFromWords,
  broadcastMac,
  contains,
  formatAddress,
  formatMac,
  formatPrefix,
  ipv4Word,
  isGroupMac,
  isIpv4,
  makePrefix,
  parseAddress,
  parseMac,
  parsePrefix,
} from '../../src/base/address.ts';

const word = fc.integer({ min: 0, max: 0xffff_ffff });
/** Addresses with runs of zeros are as likely as others, so that `::` is met at every place. */
const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
const address = fc
  .array(group, { minLength: 8, maxLength: 8 })
  .map((groups) => groups.reduce((value, next) => (value << 16n) | BigInt(next), 0n));
const anyAddress = fc.oneof(address, word.map(addressFromIpv4));
const mac = fc.integer({ min: 0, max: 2 ** 48 - 1 });

function parsed(text: string): bigint {
  const value = parseAddress(text);
  assert.notEqual(value, undefined, `${text} is an address`);
  return value as bigint;
}

describe('the text of an address', () => {
  const rfc5952: [string, string, string][] = [
    ['drops leading zeros of a group (§4.1)', '2001:0db8::0001', '2001:db8::1'],
    ['keeps a group of one zero as 0 (§4.1)', '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['shortens as much as possible (§4.2.1)', '2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['takes the zero before :: into it (§4.2.1)', '2001:db8::0:1', '2001:db8::1'],
    ['does not shorten a single zero group (§4.2.2)', '2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['shortens the longest run (§4.2.3)', '2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['shortens the first of two equal runs (§4.2.3)', '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['is in lower case (§4.3)', '2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:0AAA', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaa'],
    ['of no address at all is ::', '0:0:0:0:0:0:0:0', '::'],
    ['of loopback is ::1', '0:0:0:0:0:0:0:1', '::1'],
    ['may end in ::', 'fe80:0:0:0:0:0:0:0', 'fe80::'],
    ['reads the dotted tail of RFC 4291 §2.2', '64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['of a mapped address is that of the IPv4 address', '::ffff:192.0.2.33', '192.0.2.33'],
    ['of an IPv4 address is dotted', '255.255.255.255', '255.255.255.255'],
  ];
  for (const [sentence, written, canonical] of rfc5952) it(sentence, () => assert.equal(formatAddress(parsed(written)), canonical));

  it('is read back as the same address, whatever the address', () => {
    fc.assert(fc.property(anyAddress, (value) => assert.equal(parseAddress(formatAddress(value)), value)));
  });
  it('is the same for every way of writing an address', () => {
    fc.assert(
      fc.property(address, fc.boolean(), fc.boolean(), (value, upper, padded) => {
        const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
        const written = groups.map((text) => (padded ? text.padStart(4, '0') : text)).join(':');
        assert.equal(parseAddress(upper ? written.toUpperCase() : written), value);
      }),
    );
  });
  it('never has a run of two zero groups left, nor :: for one group', () => {
    fc.assert(
      fc.property(address, (value) => {
        const text = formatAddress(value);
        if (isIpv4(value)) return;
        const [left = '', right] = text.split('::');
        assert.doesNotMatch(right === undefined ? text : '', /(^|:)0:0(:|$)/);
        if (right === undefined) return;
        assert.ok([left, right].flatMap((half) => half.split(':').filter(Boolean)).length <= 6, text);
      }),
    );
  });

  const refused = [
    '',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '12345::',
    'g::',
    '::1%eth0',
    '[::1]',
    ' ::1',
    '::1\n',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3.-4',
    '1.2.3.4 ',
    '::1.2.3',
    '::1.2.3.256',
    '1.2.3.4::',
    '1:2:3:4:5:6:7:1.2.3.4',
    '0x7f.0.0.1',
    '2130706433',
  ];
  for (const text of refused) it(`is not ${JSON.stringify(text)}`, () => assert.equal(parseAddress(text), undefined));

  it('is an address or nothing, whatever is asked: it never throws', () => {
    const nearly = fc.string({ unit: fc.constantFrom(...'0123456789abcdefF:.%/ g'), maxLength: 45 });
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string()), (text) => {
        const value = parseAddress(text);
        if (value !== undefined) assert.equal(parseAddress(formatAddress(value)), value);
      }),
    );
  });
});

describe('an address as an integer', () => {
  it('holds IPv4 in ::ffff:0:0/96 and gives the 32 bits back', () => {
    fc.assert(
      fc.property(word, (bits) => {
        const value = addressFromIpv4(bits);
        assert.deepEqual([isIpv4(value), ipv4Word(value), value >> 32n], [true, bits, 0xffffn]);
      }),
    );
  });
  it('is made of four words, the most significant first', () => {
    assert.equal(addressFromWords(0x2001_0db8, 0, 0, 1), parsed('2001:db8::1'));
    assert.equal(addressFromWords(0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff), (1n << 128n) - 1n);
    assert.equal(isIpv4(parsed('::1.2.3.4')), false, 'compatible (RFC 4291 §2.5.5.1) is not mapped');
  });
  it('sorts IPv4 addresses as their numbers', () => {
    fc.assert(fc.property(word, word, (a, b) => assert.equal(addressFromIpv4(a) < addressFromIpv4(b), a < b)));
  });
});

describe('a prefix', () => {
  const rows: [string, string, number, string][] = [
    ['of IPv4 counts over 128 bits', '10.0.0.0/8', 104, '10.0.0.0/8'],
    ['of IPv6 counts as written', 'fd00::/8', 8, 'fd00::/8'],
    ['loses its host bits', '192.168.7.23/24', 120, '192.168.7.0/24'],
    ['of a bare IPv4 address is that address alone', '192.0.2.1', 128, '192.0.2.1/32'],
    ['of a bare IPv6 address is that address alone', '2001:db8::1', 128, '2001:db8::1/128'],
    ['may hold all of IPv4', '0.0.0.0/0', 96, '0.0.0.0/0'],
    ['may hold everything', '::/0', 0, '::/0'],
  ];
  for (const [sentence, text, length, canonical] of rows)
    it(sentence, () => {
      const prefix = parsePrefix(text);
      assert.ok(prefix);
      assert.deepEqual([prefix.length, formatPrefix(prefix)], [length, canonical]);
    });

  for (const text of [
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '/8',
    '10.0.0.0/8 ',
    '10.0.0.0/1e1',
    '10.0.0/8',
    '',
  ])
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(parsePrefix(text), undefined));

  it('is read back from its text as the same prefix', () => {
    const prefix = fc.oneof(
      fc.tuple(address, fc.integer({ min: 0, max: 128 })),
      fc.tuple(word.map(addressFromIpv4), fc.integer({ min: 96, max: 128 })),
    );
    fc.assert(
      fc.property(prefix, ([value, length]) => {
        const made = makePrefix(value, length);
        assert.deepEqual(parsePrefix(formatPrefix(made)), made);
      }),
    );
  });
  it('holds exactly the addresses between its first and its last', () => {
    fc.assert(
      fc.property(anyAddress, anyAddress, fc.integer({ min: 0, max: 128 }), (value, other, length) => {
        const prefix = makePrefix(value, length);
        const last = prefix.address + (1n << BigInt(128 - length)) - 1n;
        assert.ok(contains(prefix, value) && contains(prefix, prefix.address) && contains(prefix, last));
        assert.equal(contains(prefix, prefix.address - 1n), false);
        assert.equal(contains(prefix, last + 1n), false);
        assert.equal(contains(prefix, other), other >= prefix.address && other <= last);
      }),
    );
  });
});

describe('a MAC address', () => {
  for (const text of ['02:00:5e:10:00:ff', '02-00-5E-10-00-FF', '0200.5e10.00ff'])
    it(`may be written ${text}`, () => assert.equal(formatMac(parseMac(text) as number), '02:00:5e:10:00:ff'));
  for (const text of [
    '',
    '02:00:5e:10:00',
    '02:00:5e:10:00:ff:00',
    '2:0:5e:10:0:ff',
    '02005e1000ff',
    '02:00:5e:10:00:fg',
    '02:00:5e:10:00:ff ',
    '0200.5e10.00f',
  ])
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(parseMac(text), undefined));
  it('is read back from its text as the same number', () => {
    fc.assert(fc.property(mac, (value) => assert.equal(parseMac(formatMac(value)), value)));
  });
  it('is one of a group when the lowest bit of its first octet says so', () => {
    fc.assert(fc.property(mac, (value) => assert.equal(isGroupMac(value), (Number.parseInt(formatMac(value).slice(0, 2), 16) & 1) === 1)));
    assert.ok(isGroupMac(broadcastMac));
    assert.ok(isGroupMac(0x01_00_5e_00_00_01));
    assert.equal(isGroupMac(0xfe_ff_ff_ff_ff_ff), false);
  });
});
