import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseAddress } from '../../src/base/address.ts';
import { Fault } from '../../src/base/octets.ts';
import { Names } from '../../src/meter/names.ts';
import type { NameRecord } from '../../src/record/sighting.ts';
import { type DnsAnswerFields, encodeDnsResponse, readDns } from '../../src/wire/dns.ts';
import { dnsType } from '../../src/wire/dnsRecord.ts';
import type { HeaderBatch } from '../../src/wire/headerBatch.ts';
import { PlainAnswer } from '../../src/wire/plainAnswer.ts';
import { batchOf, client, server, start, udp } from './frames.ts';

const regionOf = (batch: HeaderBatch) => ({
  octets: batch.octets,
  at: batch.payloadAt[0] as number,
  end: batch.payloadEnd[0] as number,
  limitedBy: 'capture',
});
const isPlain = (batch: HeaderBatch, answer: PlainAnswer) =>
  answer.read(batch.view, batch.payloadAt[0] as number, batch.payloadEnd[0] as number);
const frameOf = (message: Uint8Array) => batchOf([udp(start, server, client, 53, 40_000, message)]);

/** What both ways of reading make of one message; `undefined` where it is not plain. */
function bothWays(message: Uint8Array): { plain: NameRecord[]; general: NameRecord[] } | undefined {
  const batch = frameOf(message);
  const answer = new PlainAnswer();
  if (!isPlain(batch, answer)) return undefined;
  const [plain, general]: [NameRecord[], NameRecord[]] = [[], []];
  new Names(
    'c',
    () => assert.fail('a plain answer is told'),
    (told) => plain.push(told.record('c')),
  ).learnPlain(answer, batch, 0, start);
  const read = readDns(regionOf(batch));
  assert.ok(read && !(read instanceof Fault) && read.fault === undefined, 'what is plain is sound');
  const names = new Names(
    'c',
    (record) => general.push(record),
    () => assert.fail('a message is no plain answer'),
  );
  const context = { frame: 1, atUs: start, clientMac: client.mac, clientAddress: client.address, server: server.address };
  names.learnDns(read, 'dns', context);
  assert.equal(names.leftOut, 0);
  return { plain, general };
}

const name = fc.constantFrom(
  'www.example',
  'a.b.c.d.e',
  'x',
  'UPPER.example',
  'a\\.b.example',
  '',
  `${'l'.repeat(63)}.${'m'.repeat(63)}.net`,
  'x_1-2.net',
);
const address = fc
  .constantFrom('192.0.2.1', '192.0.2.2', '255.255.255.255', '2001:db8::1', '2001:db8::2', '::', 'ffff::')
  .map((text) => parseAddress(text) as bigint);

/** Made of one name as a rule: the one that was asked for. */
const message = fc
  .record({
    asked: name,
    answers: fc.array(
      fc.record({ other: fc.option(name), address, ttlSeconds: fc.constantFrom(0, 1, 300, 0x7fff_ffff, 0xffff_ffff), alias: fc.nat(40) }),
      {
        maxLength: 35,
        size: 'small',
      },
    ),
    options: fc.constantFrom(0, 0, 0, 1, 2),
    responseCode: fc.constantFrom(0, 0, 0, 3),
    cut: fc.constantFrom(0, 0, 0, 1, 5, 20),
    change: fc.option(fc.record({ at: fc.nat(), to: fc.nat(255) }), { freq: 2 }),
  })
  .map(({ asked, answers, options, responseCode, cut, change }) => {
    const fields = answers.map(({ other, address: given, ttlSeconds, alias }): DnsAnswerFields => {
      const from = other !== null && alias < 3 ? other : asked;
      return alias === 0 ? { name: from, ttlSeconds, target: 'alias.example' } : { name: from, ttlSeconds, address: given };
    });
    const head = encodeDnsResponse({ id: 7, questions: [{ name: asked, type: dnsType.a }], answers: fields, responseCode });
    const opt = Uint8Array.of(0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 4, 0, 10, 0, 0);
    const whole = new Uint8Array(head.length + opt.length * options);
    whole.set(head);
    for (let i = 0; i < options; i++) whole.set(opt, head.length + i * opt.length);
    whole[11] = options;
    if (change) whole[change.at % whole.length] = change.to;
    return whole.subarray(0, Math.max(0, whole.length - cut));
  });

describe('a plain answer', () => {
  it('says what the reading of the whole message says, whatever is sent', () => {
    let plain = 0;
    fc.assert(
      fc.property(message, (octets) => {
        const both = bothWays(octets);
        if (both === undefined) return;
        plain++;
        assert.deepEqual(both.plain, both.general);
      }),
      { numRuns: 3000 },
    );
    assert.ok(plain > 100, `${plain} were plain`);
  });
  it('is what a resolver sends: addresses for the name that was asked for, with EDNS or without', () => {
    const answers = ['192.0.2.1', '192.0.2.1', '2001:db8::1'].map((text) => ({
      name: 'www.example',
      ttlSeconds: 60,
      address: parseAddress(text) as bigint,
    }));
    const both = bothWays(encodeDnsResponse({ id: 7, questions: [{ name: 'www.example', type: dnsType.a }], answers }));
    assert.deepEqual(
      both?.plain.map(({ name: told, address: given }) => [told, given]),
      [
        ['www.example', parseAddress('192.0.2.1')],
        ['www.example', parseAddress('2001:db8::1')],
      ],
    );
    assert.equal(
      bothWays(encodeDnsResponse({ id: 7, questions: [{ name: 'www.example', type: dnsType.a }], answers, responseCode: 3 })),
      undefined,
    );
  });
});
