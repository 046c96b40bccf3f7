import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addressFromIpv4, parseAddress } from '../../src/base/address.ts';
import { Fault } from '../../src/base/octets.ts';
import { type DnsMessage, encodeDnsQuery, encodeDnsResponse, readDns } from '../../src/wire/dns.ts';
import { NameWriter, readName } from '../../src/wire/dnsName.ts';
import { encodeDnsOverTcp, readDnsOverTcp } from '../../src/wire/dnsOverTcp.ts';
import { dnsType } from '../../src/wire/dnsRecord.ts';
import { concatenate, OctetBuilder } from '../../src/wire/octetBuilder.ts';
import { accepted, hex, region } from './hostility.ts';

function message(octets: Uint8Array): DnsMessage {
  return accepted(readDns(region(octets)));
}

function nameAt(octets: Uint8Array, offset: number): string {
  const given = region(octets);
  const read = readName(given, given.at + offset);
  assert.ok(!(read instanceof Fault));
  return read.name;
}

describe('Domain names', () => {
  // RFC 1035 §4.1.4 by hand: F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA at 64, the root at 92.
  const example = new Uint8Array(93);
  example.set(hex('0146 03495349 0441525041 00'), 20);
  example.set(hex('03464f4f c014'), 40);
  example.set(hex('c01a'), 64);

  it('follows the pointers of the example in RFC 1035 §4.1.4', () =>
    assert.deepEqual(
      [20, 40, 64, 92].map((offset) => nameAt(example, offset)),
      ['f.isi.arpa', 'foo.f.isi.arpa', 'arpa', ''],
    ));
  it('goes on after the pointer where the name stands', () => {
    const given = region(example);
    const read = readName(given, given.at + 40);
    assert.ok(!(read instanceof Fault) && read.nextAt - given.at === 46);
  });
  it('escapes what does not print, a dot inside of a label, and a backslash', () =>
    assert.equal(nameAt(hex('05 c3a5 2e5c20 00'), 0), '\\195\\165\\.\\\\\\032'));
  it('says what is missing at every shorter length', () => {
    const octets = hex('0146 03495349 0441525041 00');
    for (let end = 0; end < octets.length; end++) {
      const given = region(octets, end);
      const fault = readName(given, given.at);
      assert.ok(fault instanceof Fault && fault.kind === 'truncated');
    }
  });
  it('writes what it reads, whatever the labels hold', () => {
    const label = fc
      .uint8Array({ minLength: 1, maxLength: 12 })
      .map((octets) => octets.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet)));
    fc.assert(
      fc.property(fc.array(label, { maxLength: 5 }), (labels) => {
        const octets = concatenate(...labels.map((octets) => Uint8Array.from([octets.length, ...octets])), Uint8Array.of(0));
        const builder = new OctetBuilder();
        new NameWriter(builder).write(nameAt(octets, 0));
        assert.deepEqual(builder.finish(), octets);
      }),
      { numRuns: 300 },
    );
  });
});

describe('DNS messages', () => {
  // Query 0x0007 for example.com, type A, recursion desired (RFC 1035 §4.1).
  const query = hex('0007 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001');

  it('writes a query as RFC 1035 describes it', () =>
    assert.deepEqual(encodeDnsQuery({ id: 7, name: 'example.com', type: dnsType.a }), query));
  it('reads it', () => {
    const { id, isResponse, recursionDesired, questions, answers, fault } = message(query);
    assert.deepEqual([id, isResponse, recursionDesired, answers.length, fault], [7, false, true, 0, undefined]);
    assert.deepEqual(questions, [{ name: 'example.com', type: 1, class: 1, unicastResponse: false }]);
  });
  it('reads an answer whose name is a pointer, with its TTL and address', () => {
    const response = concatenate(query.with(2, 0x81).with(3, 0x80).with(7, 1), hex('c00c 0001 0001 0000012c 0004 5db8d822'));
    const { isResponse, responseCode, answers } = message(response);
    assert.deepEqual([isResponse, responseCode], [true, 0]);
    assert.deepEqual(answers[0], {
      name: 'example.com',
      type: 1,
      class: 1,
      cacheFlush: false,
      ttlSeconds: 300,
      address: addressFromIpv4(0x5db8d822),
      dataAt: 7 + 41,
      dataLength: 4,
    });
  });
  it('reads NXDOMAIN', () => assert.equal(message(query.with(2, 0x81).with(3, 0x83)).responseCode, 3));
  it('keeps apart the cache-flush bit of mDNS and the class', () => {
    const octets = hex('0000 8400 0000 0001 0000 0000 01 61 00 001c 8001 00000078 0010 fe80000000000000 0000000000000001');
    const [answer] = message(octets).answers;
    assert.deepEqual([answer?.class, answer?.cacheFlush, answer?.address], [1, true, parseAddress('fe80::1')]);
  });
  it('reads the address hints of an HTTPS record (RFC 9460 §7.3)', () => {
    const data = '0001 00 0001 0003 026832 0004 0008 c0000201 c0000202 0006 0010 20010db8000000000000000000000001';
    const octets = hex(
      `0007 8180 0000 0001 0000 0000 01 61 00 0041 0001 0000003c ${hex(data).length.toString(16).padStart(4, '0')} ${data}`,
    );
    const [answer] = message(octets).answers;
    assert.equal(answer?.target, '');
    assert.deepEqual(answer?.addressHints, [addressFromIpv4(0xc0000201), addressFromIpv4(0xc0000202), parseAddress('2001:db8::1')]);
  });
  it('keeps the question of a message that was cut in its answers', () => {
    const response = encodeDnsResponse({
      id: 1,
      questions: [{ name: 'a.example', type: 1 }],
      answers: [{ name: 'a.example', ttlSeconds: 1, address: addressFromIpv4(1) }],
    });
    for (let end = 12 + 15; end < response.length; end++) {
      const read = readDns(region(response, end));
      assert.ok(
        read && !(read instanceof Fault) && read.fault?.kind === 'truncated' && read.questions[0]?.name === 'a.example',
        `cut at ${end}`,
      );
    }
    for (let end = 0; end < 12 + 15; end++) assert.ok(readDns(region(response, end)) instanceof Fault, `cut at ${end}`);
  });
  it('calls an A record of five octets malformed, and keeps what stood before', () => {
    const octets = concatenate(query.with(7, 1), hex('c00c 0001 0001 00000001 0005 0102030405'));
    assert.deepEqual([message(octets).fault?.kind, message(octets).questions.length], ['malformed', 1]);
  });
  it('reads back a chain of aliases that the encoder compressed', () => {
    const response = encodeDnsResponse({
      id: 1,
      questions: [{ name: 'www.example.com', type: 1 }],
      answers: [
        { name: 'www.example.com', ttlSeconds: 5, target: 'cdn.example.com' },
        { name: 'cdn.example.com', ttlSeconds: 6, address: addressFromIpv4(0xc0000201) },
      ],
    });
    assert.deepEqual(
      message(response).answers.map(({ name, type, ttlSeconds, target, address }) => [name, type, ttlSeconds, target, address]),
      [
        ['www.example.com', 5, 5, 'cdn.example.com', undefined],
        ['cdn.example.com', 1, 6, undefined, addressFromIpv4(0xc0000201)],
      ],
    );
    // The second name ends in a pointer: twelve of header, 17 + 4 of question, then each name at most six octets.
    assert.ok(response.length < 12 + 21 + 2 * (6 + 10) + 6 + 4 + 1);
  });
});

describe('DNS over TCP', () => {
  const query = encodeDnsQuery({ id: 7, name: 'example.com', type: dnsType.a });

  it('reads two messages of one segment', () => {
    const read = readDnsOverTcp(region(concatenate(encodeDnsOverTcp(query), encodeDnsOverTcp(query.with(1, 8)))));
    assert.ok(read && !(read instanceof Fault));
    assert.deepEqual(
      read.map(({ id }) => id),
      [7, 8],
    );
  });
  it('says that a message is not whole yet at every shorter length', () => {
    const octets = encodeDnsOverTcp(query);
    for (let end = 1; end < octets.length; end++) {
      const fault = readDnsOverTcp(region(octets, end));
      assert.ok(fault instanceof Fault && fault.kind === 'truncated', `cut at ${end}`);
    }
  });
});
