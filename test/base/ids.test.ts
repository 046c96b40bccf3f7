import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { deriveId, type IdPart } from '../../src/base/ids.ts';

/** Any sequence of UTF-16 units, lone surrogates included: event logs hold such text. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 }).map((units) => String.fromCharCode(...units));
const part: fc.Arbitrary<IdPart> = fc.oneof(
  anyText,
  fc.string({ unit: fc.constantFrom(':', ';', '1', 'n', '"'), maxLength: 5 }),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  fc.constant(null),
);
const key = (parts: readonly IdPart[]) => JSON.stringify(parts.map((value) => [typeof value, String(value)]));

describe('an id', () => {
  it('is 32 hexadecimal digits', () => assert.match(deriveId('flow', 1, 2n, true, null), /^[0-9a-f]{32}$/));
  it('is the same for the same parts', () => {
    fc.assert(fc.property(fc.array(part), (parts) => assert.equal(deriveId(...parts), deriveId(...structuredClone(parts)))));
  });
  it('differs when the parts differ', () => {
    const near = fc.array(part, { maxLength: 4 });
    fc.assert(
      fc.property(near, near, (a, b) => assert.equal(deriveId(...a) === deriveId(...b), key(a) === key(b))),
      { numRuns: 2000 },
    );
  });

  const different: [string, IdPart[], IdPart[]][] = [
    ['the cut between two parts', ['a', 'bc'], ['ab', 'c']],
    ['an empty part', ['a', ''], ['a']],
    ['the order', ['a', 'b'], ['b', 'a']],
    ['text and number', ['1'], [1]],
    ['number and bigint', [1], [1n]],
    ['null and its name', [null], ['null']],
    ['true and its name', [true], ['true']],
    ['text that looks like two parts', ['a;string:1:b'], ['a', 'b']],
    ['two lone surrogates', ['\ud800'], ['\ud801']],
    ['a lone surrogate and the replacement character', ['\udc00'], ['\ufffd']],
  ];
  for (const [sentence, a, b] of different) it(`tells apart ${sentence}`, () => assert.notEqual(deriveId(...a), deriveId(...b)));
});
