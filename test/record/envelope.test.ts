import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { envelope } from '../../src/record/envelope.ts';
import { explanation, explanationFile, explanationsOf } from '../../src/record/explanation.ts';
import { rule } from '../judge/sample.ts';

const source = 'a test';
const dns = { port: 53, application: 'dns' } as const;

describe('an envelope is', () => {
  const accepted: [string, unknown][] = [
    ['one bound and its source', { perHour: { sentPackets: 1 }, source }],
    ['bounds that widen', { perMinute: { sentOctets: 10 }, perHour: { sentOctets: 10 }, perDay: { sentOctets: 11, farEnds: 3 }, source }],
    ['a size', { sentOctetsPerPacket: 100, source }],
  ];
  for (const [sentence, value] of accepted) it(sentence, () => assert.ok(envelope.safeParse(value).success));

  const refused: [string, unknown, RegExp][] = [
    ['not without a source', { perHour: { sentPackets: 1 } }, /source/],
    ['not without a bound', { source }, /has a bound/],
    ['not with an amount of nothing', { perHour: {}, source }, /bounds something/],
    ['not with a bound of zero', { perHour: { sentPackets: 0 }, source }, />=1/],
    ['not with half a packet', { perHour: { sentPackets: 1.5 }, source }, /int/],
    ['not with a number as text', { sentOctetsPerPacket: '100', source }, /number/],
    ['not with a word that nobody knows', { perHour: { sendPackets: 3 }, source }, /sendPackets/],
    ['not with a stretch that nobody knows', { perWeek: { sentPackets: 3 }, source }, /perWeek/],
    ['not with a day below its hours', { perHour: { sentPackets: 5 }, perDay: { sentPackets: 4 }, source }, /meaningless/],
    ['not with a day below its minutes', { perMinute: { farEnds: 5 }, perDay: { farEnds: 4 }, source }, /meaningless/],
    ['not with names longer than names can be', { longestName: 254, source }, /253/],
  ];
  for (const [sentence, value, message] of refused)
    it(sentence, () => {
      const parsed = envelope.safeParse(value);
      assert.equal(parsed.success, false);
      assert.match(JSON.stringify(parsed.error?.issues), message);
    });
});

describe('an explanation', () => {
  it('may bound the names of DNS, and of nothing else', () => {
    const names = { namesPerDomain: 60, source };
    const open = { pattern: undefined, breadth: 'protocol', envelope: names } as const;
    assert.ok(explanation.safeParse(rule({ ...open, ...dns })).success);
    assert.ok(!explanation.safeParse(rule({ ...open, application: 'tls' })).success);
  });
  it('takes the envelope of its file only where it has none of its own', () => {
    const own = { perHour: { sentPackets: 7 }, source };
    const shared = { perHour: { sentPackets: 9 }, source };
    const file = explanationFile.parse({
      about: 'a test',
      envelope: shared,
      explanations: [rule({ id: 'a', pattern: 'a.example' }), rule({ id: 'b', pattern: 'b.example', envelope: own })],
    });
    assert.deepEqual(
      explanationsOf(file).map(({ envelope: given }) => given),
      [shared, own],
    );
  });
});
