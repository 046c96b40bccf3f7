import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { day, hour } from '../../src/base/time.ts';
import { usableUntil } from '../../src/record/sighting.ts';
import { at } from '../store/sampleFlow.ts';

const from = at('2021-01-10T03:00:00Z');

describe('the time in which a client may use a name', () => {
  const rows: [string, number, number][] = [
    ['is a day beyond its TTL', 5 * hour, 5 * hour + day],
    ['is a day when the TTL is zero', 0, day],
    ['is two days when the TTL is a day', day, 2 * day],
    ['is two days at most, however absurd the TTL', 68 * 365 * day, 2 * day],
  ];
  for (const [sentence, ttl, expected] of rows) it(sentence, () => assert.equal(usableUntil({ from, until: from + ttl }) - from, expected));
});
