import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { formatTime } from '../../src/base/time.ts';
import { isoInstant } from '../../src/record/output/instant.ts';
import { repositoryRoot } from '../repositoryRoot.ts';
import { outputs } from './samples.ts';

type Value = Record<string, unknown>;

const isObject = (value: unknown): value is Value => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Maps from a name to a figure have no unknown keys. */
const maps = new Set(['refused', 'dropped', 'protocols', 'ipv4Options', 'ndp', 'hours', 'traffic', 'totals']);

/** Every object in `value` that has declared keys, by its path. */
function declaredObjects(value: unknown, path = '', name = ''): [string, Value][] {
  if (Array.isArray(value)) return value.flatMap((element, i) => declaredObjects(element, `${path}[${i}]`));
  if (!isObject(value)) return [];
  const below = Object.entries(value).flatMap(([key, part]) => declaredObjects(part, `${path}.${key}`, key));
  return maps.has(name) ? below : [[path, value], ...below];
}

describe('a published output', () => {
  it('has a sample here for each that there is', () => {
    const files = readdirSync(join(repositoryRoot, 'src/record/output')).filter((file) => file !== 'instant.ts');
    assert.deepEqual(files.map((file) => file.replace('.ts', '')).toSorted(), Object.keys(outputs).toSorted());
  });

  for (const [name, { schema, value }] of Object.entries(outputs)) {
    it(`of ${name} accepts a good value and keeps all of it`, () => assert.deepEqual(schema.parse(value), value));
    it(`of ${name} becomes a JSON schema that closes every object it declares`, () => {
      const { type, properties, required, additionalProperties } = z.toJSONSchema(schema) as z.core.JSONSchema.JSONSchema;
      assert.equal(type, 'object');
      assert.deepEqual(Object.keys(properties as object), Object.keys(value));
      assert.deepEqual([required, additionalProperties], [Object.keys(value), false]);
    });
    it(`of ${name} refuses an unknown key, at whatever depth`, () => {
      const found = declaredObjects(structuredClone(value)).map(([path]) => path);
      assert.ok(found.includes(''));
      for (const path of found) {
        const spoilt = structuredClone(value);
        const place = declaredObjects(spoilt).find(([at]) => at === path)?.[1] as Value;
        place.surprise = 1;
        assert.equal(schema.safeParse(spoilt).success, false, `${name}${path}.surprise`);
      }
    });
    it(`of ${name} refuses a missing key, at whatever depth`, () => {
      for (const [path, original] of declaredObjects(value))
        for (const key of Object.keys(original)) {
          const spoilt = structuredClone(value);
          const place = declaredObjects(spoilt).find(([at]) => at === path)?.[1] as Value;
          delete place[key];
          assert.equal(schema.safeParse(spoilt).success, false, `${name}${path}.${key}`);
        }
    });
  }
});

describe('an instant on output', () => {
  it('is what `formatTime` writes', () => {
    for (const at of [0, 1, 1_610_269_200_000_001, Number.MAX_SAFE_INTEGER]) assert.ok(isoInstant.safeParse(formatTime(at)).success);
  });
  for (const text of [
    '2021-01-10T09:00:00Z',
    '2021-01-10T09:00:00.000Z',
    '2021-01-10 09:00:00.000000Z',
    '2021-01-10T09:00:00.000000+09:00',
    '2021-01-10T09:00:00.000000Z\n',
  ])
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(isoInstant.safeParse(text).success, false));
});
