import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cover, cutTo, disjoint, joinEvidence, overlay, type Span } from '../../src/timeline/span.ts';

const span = (from: number, to: number, state: string, guard = 0): Span<string> => ({
  from,
  to,
  state,
  confidence: 'high',
  evidence: [`${state}${from}`],
  fromGuardUs: guard,
  toGuardUs: guard,
  rule: state,
});
const text = (spans: readonly Span<string>[]) => spans.map(({ from, to, state }) => `${from}-${to} ${state}`);

describe('spans', () => {
  const rows: [string, [number, number][], [number, number][], string[]][] = [
    ['a hole in the middle', [[0, 10]], [[3, 5]], ['0-3 a', '3-5 b', '5-10 a']],
    [
      'over an edge between two',
      [
        [0, 5],
        [5, 10],
      ],
      [[3, 7]],
      ['0-3 a', '3-7 b', '7-10 a'],
    ],
    [
      'over three at once',
      [
        [0, 3],
        [3, 6],
        [6, 9],
      ],
      [[2, 7]],
      ['0-2 a', '2-7 b', '7-9 a'],
    ],
    ['the whole', [[0, 5]], [[0, 5]], ['0-5 b']],
    [
      'beside',
      [[5, 8]],
      [
        [0, 2],
        [9, 12],
      ],
      ['0-2 b', '5-8 a', '9-12 b'],
    ],
    [
      'out over the end',
      [[0, 5]],
      [
        [4, 9],
        [10, 12],
      ],
      ['0-4 a', '4-9 b', '10-12 b'],
    ],
    ['nothing', [[0, 5]], [], ['0-5 a']],
    ['over nothing', [], [[1, 2]], ['1-2 b']],
  ];
  for (const [sentence, base, top, expected] of rows)
    it(`laid over: ${sentence}`, () => {
      const spans = (pairs: [number, number][], state: string) => pairs.map(([from, to]) => span(from, to, state));
      assert.deepEqual(text(overlay(spans(base, 'a'), spans(top, 'b'))), expected);
    });

  it('made disjoint: the later begins where the earlier ends, and what is covered whole is gone', () => {
    assert.deepEqual(text(disjoint([span(4, 8, 'b'), span(0, 6, 'a'), span(1, 2, 'c'), span(9, 9, 'd')])), ['0-6 a', '6-8 b']);
  });

  it('cut: a guard band reaches only as far as it did before', () => {
    const cut = cutTo(span(0, 100, 'a', 10), 4, 95);
    assert.deepEqual([cut.fromGuardUs, cut.toGuardUs], [6, 5]);
    const short = cutTo(span(0, 100, 'a', 10), 0, 3);
    assert.deepEqual([short.fromGuardUs, short.toGuardUs], [3, 0]);
  });

  it('covered: holes are filled, neighbours that say the same become one', () => {
    const filler = { state: 'unknown', confidence: 'low', rule: 'none' } as const;
    const covered = cover([span(2, 4, 'a'), span(4, 6, 'a'), span(8, 20, 'b')], 0, 10, filler);
    assert.deepEqual(text(covered), ['0-2 unknown', '2-6 a', '6-8 unknown', '8-10 b']);
    assert.deepEqual(covered[1]?.evidence, ['a2', 'a4']);
  });

  it('evidence is kept without doubles and bounded', () => {
    assert.deepEqual(joinEvidence(['a', 'b'], ['b', 'c']), ['a', 'b', 'c']);
    const many = joinEvidence(Array.from({ length: 100 }, (_, i) => String(i)));
    assert.equal(many.length, 24);
    assert.deepEqual([many[0], many.at(-1)], ['0', '99']);
  });
});
