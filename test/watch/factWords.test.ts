import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ToldName } from '../../src/meter/toldName.ts';
import type { NameRecord } from '../../src/record/sighting.ts';
import { evidenceNumber, FactWords, wordsOfName, wordsOfText } from '../../src/watch/factWords.ts';
import { encodeDnsResponse } from '../../src/wire/dns.ts';
import { dnsType } from '../../src/wire/dnsRecord.ts';
import { PlainAnswer } from '../../src/wire/plainAnswer.ts';
import { batchOf, client, server, start, udp } from '../meter/frames.ts';

const address = fc.oneof(
  fc.nat(0xffff_ffff).map((word) => (0xffffn << 32n) | BigInt(word)),
  fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
);
const whole = fc.nat(Number.MAX_SAFE_INTEGER);

/** Names of DNS are ASCII; those of NetBIOS need not be. */
const names: fc.Arbitrary<NameRecord> = fc.record(
  {
    capture: fc.constant('c'),
    frame: whole,
    clientMac: fc.option(fc.nat(0xffff_ffff_ffff)),
    clientAddress: address,
    name: fc.oneof(fc.domain(), fc.string({ maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 40 })),
    address,
    from: whole,
    until: whole,
    evidence: fc.constantFrom(...(Object.keys(evidenceNumber) as NameRecord['evidence'][])),
    server: address,
  },
  { noNullPrototype: true },
);

describe('a name as words', () => {
  it('comes back as it was, whatever lay there before, within the words that it was said to take', () =>
    fc.assert(
      fc.property(names, fc.nat(20), (record, place) => {
        const at = place * 2;
        const words = new FactWords(new Int32Array(at + wordsOfName(record) + 2).fill(-1));
        const length = words.setName(at, record);
        assert.deepEqual(words.name(at, 'c', evidenceNumber[record.evidence], length), record);
        assert.ok(FactWords.nameHead + wordsOfText(length) <= wordsOfName(record));
        const before = words.words.subarray(0, at);
        assert.ok(
          before.every((word) => word === -1),
          'what stood before is left alone',
        );
      }),
    ));
  it('is the same told as written', () =>
    fc.assert(
      fc.property(fc.domain(), address, fc.nat(0xffff_ffff), (name, given, ttlSeconds) => {
        const asked = [{ name, type: dnsType.a }];
        const message = encodeDnsResponse({ id: 1, questions: asked, answers: [{ name, address: given, ttlSeconds }] });
        const batch = batchOf([udp(start, server, client, 53, 40_000, message)]);
        const answer = new PlainAnswer();
        assert.ok(answer.read(batch.view, batch.payloadAt[0] as number, batch.payloadEnd[0] as number));
        const told = new ToldName();
        told.begin(answer, batch, 0, start);
        told.take(answer, 0);
        const words = new FactWords(new Int32Array(200).fill(-1));
        words.setToldName(4, told);
        const read = words.name(4, 'c', evidenceNumber[told.evidence], told.nameLength);
        assert.deepEqual(read, told.record('c'));
        assert.deepEqual([read.name, read.address, read.until], [name, given, start + ttlSeconds * 1_000_000]);
      }),
    ));
});
