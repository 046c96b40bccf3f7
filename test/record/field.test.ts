import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import * as field from '../../src/record/field.ts';

const refusals: [string, z.ZodType, unknown[], unknown[]][] = [
  ['uint8', field.uint8('A field.'), [0, 255], [-1, 256, 1.5, '1', null]],
  ['uint16', field.uint16('A field.'), [0, 65_535], [-1, 65_536, 0.1]],
  ['uint32', field.uint32('A field.'), [0, 0xffff_ffff], [-1, 2 ** 32]],
  ['count', field.count('A field.'), [0, Number.MAX_SAFE_INTEGER], [-1, 0.5, 2 ** 53, Number.NaN]],
  ['integer', field.integer('A field.'), [-5, 5], [0.5, 2 ** 53]],
  ['address', field.address('A field.'), [0n, (1n << 128n) - 1n], [-1n, 1]],
  ['mac', field.mac('A field.'), [0, 2 ** 48 - 1], [-1, 0.5]],
  ['instant', field.instant('A field.'), [0, -1, Number.MAX_SAFE_INTEGER], [0.5, '2021-01-10']],
  ['uint8s', field.uint8s('A field.'), [[], [59]], [[256], 5]],
  ['uint16s', field.uint16s('A field.'), [[], [4095]], [[65_536]]],
  ['uint32s', field.uint32s('A field.'), [[0xffff_ffff]], [[2 ** 32]]],
  ['choice', field.choice(['a', 'b'], 'A field.'), ['a', 'b'], ['c', 'A', '']],
];

describe('a field', () => {
  for (const [name, schema, good, bad] of refusals)
    it(`of the kind ${name} takes what it can hold and refuses the rest`, () => {
      for (const value of good) assert.ok(schema.safeParse(value).success, `${name} takes ${String(value)}`);
      for (const value of bad) assert.equal(schema.safeParse(value).success, false, `${name} refuses ${String(value)}`);
    });
  it('that is one of several lists them in its description', () =>
    assert.equal(field.fieldMeta(field.choice(['a', 'b'], 'What it is.')).description, 'What it is. One of: a, b.'));
  it('has its declaration behind nullable too', () =>
    assert.deepEqual(field.fieldMeta(field.mac('A machine.').nullable()), {
      column: 'BIGINT',
      description: 'A machine.',
      semantic: 'mac',
    }));
  it('that nobody declared is our own mistake', () => {
    assert.throws(() => field.fieldMeta(z.string()), /unreachable/);
    assert.throws(() => field.fieldMeta(z.string().nullable()), /unreachable/);
  });
});
