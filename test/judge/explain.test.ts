import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain, matchesPattern } from '../../src/judge/explain.ts';
import type { FarEndIdentity } from '../../src/judge/judgement.ts';
import { explanation } from '../../src/record/explanation.ts';
import { farEnd, rule } from './sample.ts';

const far = (changes: Partial<FarEndIdentity> = {}): FarEndIdentity => farEnd({ name: 'edge.microsoft.com', ...changes });

describe('a pattern', () => {
  const rows: [string, string, boolean][] = [
    ['edge.microsoft.com', 'edge.microsoft.com', true],
    ['edge.microsoft.com', 'xedge.microsoft.com', false],
    ['edge.microsoft.com', 'edge.microsoft.com.attacker.example', false],
    ['*.microsoft.com', 'a.b.microsoft.com', true],
    ['*.microsoft.com', 'microsoft.com', false],
    ['*.microsoft.com', 'evilmicrosoft.com', false],
    ['watson.*.microsoft.com', 'watson.events.microsoft.com', true],
    ['watson.*.microsoft.com', 'watson.a.b.microsoft.com', false],
    ['*.watson.*.microsoft.com', 'x.y.watson.events.microsoft.com', true],
    ['*.watson.*.microsoft.com', 'watson.events.microsoft.com', false],
  ];
  for (const [pattern, name, expected] of rows)
    it(`${pattern} ${expected ? 'covers' : 'does not cover'} ${name}`, () => assert.equal(matchesPattern(pattern, name), expected));
});

describe('an explanation', () => {
  const edge = rule({ pattern: 'edge.microsoft.com', port: 443 });
  it('explains what meets every condition, with reason and source', () => {
    const { status, reason, rule: id, source } = explain(far(), [edge]);
    assert.deepEqual([status, reason, id, source], ['explained', edge.reason, edge.id, edge.source]);
  });

  const refusals: [string, Partial<FarEndIdentity>, RegExp][] = [
    ['a name that only SNI claimed', { nameProof: 'claimed' }, /no trusted answer tied edge\.microsoft\.com to this address/],
    ['one of several names of an address', { nameProof: 'ambiguous' }, /several names/],
    ['another port', { port: 8443 }, /no explanation for this name/],
    ['another protocol', { protocol: 'udp' }, /no explanation for this name/],
    ['the same name inside', { scope: 'inside' }, /no explanation for this name/],
    ['a conversation that the far end began', { direction: 'incoming' }, /the far end began/],
    ['a bare address', { name: null, nameProof: null, address: 1n }, /no name is known/],
  ];
  for (const [sentence, changes, reason] of refusals)
    it(`does not explain ${sentence}`, () => {
      const judged = explain(far(changes), [edge]);
      assert.equal(judged.status, 'unexplained');
      assert.match(judged.reason as string, reason);
    });

  it('may hold for what the far end begins, alone or as well', () => {
    const arp = (direction: 'incoming' | 'either') => rule({ protocol: 'arp', scope: 'inside', breadth: 'protocol', direction });
    const asked = (direction: 'incoming' | 'outgoing') =>
      far({ name: null, nameProof: null, protocol: 'arp', port: null, scope: 'inside', direction });
    const statuses = (['incoming', 'either'] as const).map((one) =>
      (['incoming', 'outgoing'] as const).map((other) => explain(asked(other), [arp(one)]).status),
    );
    assert.deepEqual(statuses, [
      ['explained', 'unexplained'],
      ['explained', 'explained'],
    ]);
  });
  it('never rests on a suffix that anybody can rent', () => {
    const shared = rule({ pattern: '*.cloudfront.net', breadth: 'shared' });
    const judged = explain(far({ name: 'd111.cloudfront.net' }), [shared]);
    assert.deepEqual([judged.status, judged.rule], ['unexplained', null]);
    assert.match(judged.reason as string, /anybody can rent/);
  });
  it('takes the narrowest rule, in whatever order they stand', () => {
    const suffix = rule({ id: 'a/suffix', pattern: '*.microsoft.com', breadth: 'vendor' });
    for (const rules of [
      [suffix, edge],
      [edge, suffix],
    ])
      assert.equal(explain(far(), rules).rule, edge.id);
  });
  it('asks for the role that the network taught', () => {
    const dns = rule({
      id: 'a/dns',
      protocol: 'udp',
      port: 53,
      application: 'dns',
      role: 'resolver',
      scope: 'inside',
      breadth: 'protocol',
    });
    const question = far({ name: null, nameProof: null, address: 1n, protocol: 'udp', port: 53, application: 'dns', scope: 'inside' });
    assert.equal(explain(question, [dns]).status, 'unexplained');
    assert.equal(explain({ ...question, roles: ['resolver', 'router'] }, [dns]).status, 'explained');
  });
});

describe('the schema of explanations', () => {
  const good = rule({ pattern: 'edge.microsoft.com' });
  it('accepts a good one', () => assert.ok(explanation.safeParse(good).success));
  const refused: [string, object][] = [
    ['a leading * that is no whole label', { pattern: '*smartscreen-prod.microsoft.com', breadth: 'vendor' }],
    ['a trailing *', { pattern: 'www.bing.*', breadth: 'vendor' }],
    ['a whole top-level domain', { pattern: '*.com', breadth: 'vendor' }],
    ['upper case, which no stored name has', { pattern: 'Edge.microsoft.com' }],
    ['a path', { pattern: 'www.bing.com/client' }],
    ['a suffix that calls itself exact', { pattern: '*.microsoft.com' }],
    ['a port number as the only condition', { pattern: undefined, port: 443, breadth: 'protocol' }],
    ['an unknown key', { expires: 'never' }],
    ['no source', { source: '' }],
  ];
  for (const [sentence, changes] of refused)
    it(`refuses ${sentence}`, () => assert.equal(explanation.safeParse({ ...good, ...changes }).success, false));
});
