import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parsePrefix } from '../../src/base/address.ts';
import { believedTeachings, type Taught } from '../../src/judge/teachers.ts';
import { address } from '../store/sampleFlow.ts';
import { device, router } from './sample.ts';

const taught = (toldBy: number, what: Taught['what'], text: string, changes: Partial<Taught> = {}): Taught => {
  const prefix = what === 'prefix' ? parsePrefix(text) : undefined;
  return {
    what,
    address: prefix?.address ?? address(text),
    prefixLength: prefix?.length ?? null,
    evidence: 'dhcp',
    toldBy,
    hours: 9,
    firstSeen: 100,
    ...changes,
  };
};
const lan = (mac: number, resolver: string, changes: Partial<Taught> = {}, prefix = '192.168.7.0/24') => [
  taught(mac, 'prefix', prefix, changes),
  taught(mac, 'router', '192.168.7.1', changes),
  taught(mac, 'resolver', resolver, changes),
];
const resolvers = (all: readonly Taught[]) =>
  believedTeachings(all)
    .teachings.filter(({ what }) => what === 'resolver')
    .map((one) => one.address);

describe('teachers', () => {
  it('are believed where they agree', () => {
    const { teachings, remarks } = believedTeachings([...lan(router, '192.168.7.2'), ...lan(device, '192.168.7.2')]);
    assert.deepEqual([teachings.length, remarks], [3, []]);
  });
  it('are believed where one knows a resolver more than the other', () =>
    assert.equal(
      resolvers([...lan(router, '192.168.7.2'), ...lan(device, '192.168.7.2'), taught(device, 'resolver', '192.168.7.3')]).length,
      2,
    ));
  it('are believed where they teach two links', () =>
    assert.equal(resolvers([...lan(router, '192.168.7.2'), ...lan(device, '10.9.0.2', {}, '10.9.0.0/16')]).length, 2));
  it('are believed where one speaks of IPv4 and one of IPv6', () =>
    assert.equal(
      resolvers([...lan(router, '192.168.7.2'), taught(device, 'resolver', 'fe80::1', { evidence: 'router-advertisement' })]).length,
      2,
    ));

  const rivals: [string, Partial<Taught>, Partial<Taught>][] = [
    ['who taught in more hours', { hours: 9 }, { hours: 8, firstSeen: 0 }],
    ['who came first, of those who taught as long', { firstSeen: 5 }, { firstSeen: 6 }],
  ];
  for (const [sentence, good, bad] of rivals)
    it(`that disagree are told apart: believed is ${sentence}`, () => {
      const all = [...lan(router, '192.168.7.2', good), ...lan(device, '192.168.7.66', bad), taught(device, 'router', '192.168.7.66', bad)];
      for (const order of [all, all.toReversed()]) {
        const { teachings, remarks } = believedTeachings(order);
        assert.deepEqual(resolvers(order), [address('192.168.7.2')]);
        assert.ok(!teachings.some((one) => one.address === address('192.168.7.66')));
        assert.match(
          remarks.join(),
          /^02:00:5e:00:00:01 teaches the resolver 192\.168\.7\.66 \(dhcp\), unlike 02:00:5e:00:00:fe .*proves no name/,
        );
      }
    });
  it('that disagree still teach which prefixes lie inside', () => {
    const { teachings } = believedTeachings([
      ...lan(router, '192.168.7.2'),
      ...lan(device, '192.168.7.66', { hours: 1 }, '192.168.7.0/25'),
    ]);
    assert.equal(teachings.filter(({ what }) => what === 'prefix').length, 2);
  });
  it('give one result in every order', () => {
    const anyone = fc
      .tuple(
        fc.constantFrom(device, router, 7),
        fc.constantFrom('192.168.7.2', '192.168.7.66', '192.168.7.3'),
        fc.integer({ min: 1, max: 3 }),
      )
      .map(([mac, resolver, hours]) => lan(mac, resolver, { hours }));
    fc.assert(
      fc.property(
        fc
          .array(anyone, { maxLength: 5 })
          .map((all) => all.flat())
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([one, other]) => assert.deepEqual(believedTeachings(other), believedTeachings(one)),
      ),
    );
  });
});
