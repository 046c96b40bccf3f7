import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tooBroad } from '../../src/judge/tooBroad.ts';
import { rule } from './sample.ts';

const rules = [
  rule({ id: 'shared/cdn', pattern: '*.azureedge.net', breadth: 'shared' }),
  rule({ id: 'shared/blob', pattern: '*.blob.core.windows.net', breadth: 'shared' }),
  rule({ id: 'shared/host', pattern: 'one.fastly.net', breadth: 'shared' }),
];
const judge = (pattern: string, breadth: 'exact' | 'vendor' | 'shared' = pattern.includes('*') ? 'vendor' : 'exact') =>
  tooBroad(rule({ pattern, breadth }), rules);

describe('a pattern of an operator', () => {
  for (const pattern of [
    'a.example',
    '*.ledger.example',
    'watson.*.microsoft.com',
    '*.shop.co.jp',
    'mine.azureedge.net',
    '*.x.com',
    '*.co.example',
  ])
    it(`may be ${pattern}`, () => assert.equal(judge(pattern), undefined));
  const refused: [string, RegExp][] = [
    ['*.azureedge.net', /rent/],
    ['*.eu.azureedge.net', /rent/],
    ['*.blob.core.windows.net', /rent/],
    ['*.core.windows.net', /rent/],
    ['*.windows.net', /rent/],
    ['*.acct.blob.core.windows.net', /rent/],
    ['*.co.jp', /anybody can register/],
    ['*.com.au', /anybody can register/],
    ['*.*.co.uk', /anybody can register/],
    ['a.*.com', /leaves open/],
    ['*.*.net', /leaves open/],
  ];
  for (const [pattern, reason] of refused) it(`may not be ${pattern}`, () => assert.match(judge(pattern) ?? 'accepted', reason));
  it('may not have the breadth shared, which explains nothing', () =>
    assert.match(judge('a.example', 'shared') ?? 'accepted', /nothing to add/));
});
