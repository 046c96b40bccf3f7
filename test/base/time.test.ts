import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { day, dayOf, formatTime, hour, minute, minuteOf, parseDuration, parseTime, second } from '../../src/base/time.ts';

/** From the year 0 to the year 2255. */
const instant = fc.integer({ min: -62_167_219_200_000_000, max: Number.MAX_SAFE_INTEGER });

describe('an instant as text', () => {
  it('is ISO 8601 in UTC with six digits of the second', () => {
    assert.equal(formatTime(0), '1970-01-01T00:00:00.000000Z');
    assert.equal(formatTime(1_610_269_200_000_001), '2021-01-10T09:00:00.000001Z');
    assert.equal(formatTime(-1), '1969-12-31T23:59:59.999999Z');
    assert.equal(formatTime(Number.MAX_SAFE_INTEGER), '2255-06-05T23:47:34.740991Z');
  });
  it('is read back as the same instant', () => {
    fc.assert(fc.property(instant, (at) => assert.equal(parseTime(formatTime(at)), at)));
  });
  it('sorts as the instants do', () => {
    fc.assert(fc.property(instant, instant, (a, b) => assert.equal(formatTime(a) < formatTime(b), a < b)));
  });

  const same: [string, string, string][] = [
    ['a blank for the T', '2021-01-10 09:00:00Z', '2021-01-10T09:00:00.000000Z'],
    ['no seconds', '2021-01-10T09:00Z', '2021-01-10T09:00:00.000000Z'],
    ['no time of the day', '2021-01-10Z', '2021-01-10T00:00:00.000000Z'],
    ['one digit of the second', '2021-01-10T09:00:00.5Z', '2021-01-10T09:00:00.500000Z'],
    ['a comma before the digits', '2021-01-10T09:00:00,25Z', '2021-01-10T09:00:00.250000Z'],
    ['seven digits, as Windows writes them', '2021-01-10T09:00:00.1234567Z', '2021-01-10T09:00:00.123456Z'],
    ['nine digits, which are cut off and not rounded', '2021-01-10T09:00:00.999999999Z', '2021-01-10T09:00:00.999999Z'],
    ['a zone with a colon', '2021-01-10T18:00:00+09:00', '2021-01-10T09:00:00.000000Z'],
    ['a zone without a colon', '2021-01-10T18:00:00+0900', '2021-01-10T09:00:00.000000Z'],
    ['a zone of half an hour', '2021-01-10T14:30:00+05:30', '2021-01-10T09:00:00.000000Z'],
    ['a zone west of Greenwich, over a day', '2021-01-10T23:30:00-07:00', '2021-01-11T06:30:00.000000Z'],
    ['a zone east of Greenwich, over a year', '2021-01-01T00:30:00+09:00', '2020-12-31T15:30:00.000000Z'],
    ['29 February in a leap year, in a zone', '2020-02-29T00:30:00+09:00', '2020-02-28T15:30:00.000000Z'],
    ['blanks around it', ' 2021-01-10T09:00:00Z\n', '2021-01-10T09:00:00.000000Z'],
  ];
  for (const [sentence, written, expected] of same)
    it(`may have ${sentence}`, () => {
      const at = parseTime(written);
      assert.notEqual(at, undefined);
      assert.equal(formatTime(at as number), expected);
    });

  it('without a zone is refused, unless the caller says that it is UTC', () => {
    assert.equal(parseTime('2021-01-10T09:00:00'), undefined);
    assert.equal(parseTime('2021-01-10'), undefined);
    assert.equal(parseTime('2021-01-10T09:00:00', 'utc'), 1_610_269_200_000_000);
    assert.equal(parseTime('2021-01-10T18:00:00+09:00', 'utc'), 1_610_269_200_000_000, 'a zone that is there counts');
  });

  const refused: [string, string][] = [
    ['30 February', '2021-02-30T00:00:00Z'],
    ['30 February in a zone', '2021-02-30T00:00:00+09:00'],
    ['29 February of a common year', '2021-02-29T00:00:00Z'],
    ['29 February of 1900', '1900-02-29T00:00:00Z'],
    ['31 April', '2021-04-31T12:00:00Z'],
    ['the 13th month', '2021-13-01T00:00:00Z'],
    ['the month 0', '2021-00-10T00:00:00Z'],
    ['the day 0', '2021-01-00T00:00:00Z'],
    ['24 o’clock', '2021-01-10T24:00:00Z'],
    ['the 60th minute', '2021-01-10T09:60:00Z'],
    ['a leap second, which no clock here counts', '2016-12-31T23:59:60Z'],
    ['a zone of 25 hours', '2021-01-10T09:00:00+25:00'],
    ['a zone of 99 minutes', '2021-01-10T09:00:00+09:99'],
    ['ten digits of the second', '2021-01-10T09:00:00.1234567890Z'],
    ['an empty fraction', '2021-01-10T09:00:00.Z'],
    ['a year of two digits', '21-01-10T09:00:00Z'],
    ['a lower-case z', '2021-01-10T09:00:00z'],
    ['a name of a zone', '2021-01-10T09:00:00 JST'],
    ['a number', '1610269200'],
    ['text after it', '2021-01-10T09:00:00Z; rm'],
    ['nothing', ''],
  ];
  for (const [sentence, text] of refused) it(`is not ${sentence}`, () => assert.equal(parseTime(text, 'utc'), undefined));

  it('of any digits in the right places is an instant of that very day, or none: it never throws', () => {
    const two = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0'));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9999 }), two, two, two, two, two, (year, month, dayOfMonth, hours, minutes, seconds) => {
        const text = `${String(year).padStart(4, '0')}-${month}-${dayOfMonth}T${hours}:${minutes}:${seconds}`;
        const at = parseTime(`${text}Z`);
        if (at !== undefined) assert.equal(formatTime(at), `${text}.000000Z`);
      }),
    );
  });
});

describe('the minute and the day of an instant', () => {
  it('begin at or before it and end after it, before 1970 too', () => {
    fc.assert(
      fc.property(instant, (at) => {
        for (const [begin, length] of [
          [minuteOf(at), minute],
          [dayOf(at), day],
        ] as const)
          assert.ok(begin <= at && at < begin + length && Math.abs(begin % length) === 0);
      }),
    );
  });
  it('are those of UTC', () => {
    const at = parseTime('2021-01-10T00:59:59.999999+01:00') as number;
    assert.deepEqual([formatTime(minuteOf(at)), formatTime(dayOf(at))], ['2021-01-09T23:59:00.000000Z', '2021-01-09T00:00:00.000000Z']);
  });
});

describe('a duration', () => {
  const rows: [string, number][] = [
    ['30d', 30 * day],
    ['12h', 12 * hour],
    ['5m', 5 * minute],
    ['90s', 90 * second],
    ['1.5h', 90 * minute],
    ['1.001s', 1_001_000],
    ['0s', 0],
  ];
  for (const [text, expected] of rows) it(`reads ${text}`, () => assert.equal(parseDuration(text), expected));
  for (const text of [
    '',
    '30',
    'd',
    '30 d',
    '-1d',
    '30D',
    '1d12h',
    '1e3s',
    '.5h',
    '1.h',
    '30d\n',
    '2w',
    `${'9'.repeat(20)}d`,
    `${'9'.repeat(400)}s`,
  ])
    it(`is not ${JSON.stringify(text.slice(0, 20))}`, () => assert.equal(parseDuration(text), undefined));
  it('is a whole number of microseconds, whatever fraction is written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9999 }),
        fc.integer({ min: 0, max: 999_999 }),
        fc.constantFrom('s', 'm', 'h', 'd'),
        (whole, part, unit) => {
          const microseconds = parseDuration(`${whole}.${String(part).padStart(6, '0')}${unit}`);
          assert.ok(Number.isSafeInteger(microseconds), String(microseconds));
        },
      ),
    );
  });
});
