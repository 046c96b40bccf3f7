import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DarkContact, darkAskers } from '../../src/judge/darkAsker.ts';

const start = 1_700_000_000_000_000;
const minute = 60_000_000;

function contact(fields: Partial<DarkContact> = {}): DarkContact {
  return {
    askerMac: 1,
    askerAddress: 11n,
    target: 100n,
    mode: 'answer',
    solicitedAt: start,
    lastAt: start + minute,
    probes: 2,
    solicitations: 1,
    packets: 0,
    octets: 0,
    services: [],
    payload: null,
    evidence: [],
    ...fields,
  };
}

const service = (protocol: number, port: number | null, packets = 1) => [[{ protocol, port, packets }]];
const many = (count: number, everyUs: number, fields: Partial<DarkContact> = {}) =>
  Array.from({ length: count }, (_, i) => contact({ target: BigInt(100 + i), solicitedAt: start + i * everyUs, ...fields }));
const only = (contacts: readonly DarkContact[]) => {
  const [asker, ...others] = darkAskers(contacts);
  assert.equal(others.length, 0);
  assert.ok(asker);
  return asker;
};

describe('a machine that turned to addresses that nobody has', () => {
  it('is of low severity when it only pinged one', () => {
    const { kind, severity, services } = only([contact({ packets: 50, services: service(58, 128, 50) })]);
    assert.deepEqual([kind, severity, services], ['single', 'low', [{ name: 'ipv6-icmp type 128', packets: 50 }]]);
  });
  it('is of medium severity when it sent TCP, UDP or data, or asked for several', () => {
    for (const contacts of [
      [contact({ services: service(6, 80) })],
      [contact({ services: service(17, 5353) })],
      [contact({ payload: 'GET /' })],
      many(2, minute),
    ])
      assert.equal(only(contacts).severity, 'medium');
    assert.equal(only(many(2, minute)).kind, 'several');
  });
  it('is of high severity when it tried a service by which intruders spread', () => {
    const asker = only([contact({ services: service(6, 445, 4) })]);
    assert.equal(asker.severity, 'high');
    assert.match(asker.because[0] as string, /SMB/);
    assert.equal(only([contact({ services: service(17, 445) })]).severity, 'medium');
  });
  it('sweeps when it asked for ten within ten minutes, and does not for fewer or slower', () => {
    assert.deepEqual([only(many(10, minute)).kind, only(many(10, minute)).severity], ['sweep', 'high']);
    assert.equal(only(many(9, 1000)).kind, 'several');
    assert.equal(only(many(30, 3 * minute)).kind, 'several');
    const sameAgain = Array.from({ length: 30 }, () => contact());
    assert.equal(only(sameAgain).kind, 'single');
  });
  it('comes before others by severity, then by how many it asked for', () => {
    const order = darkAskers([
      contact({ askerMac: 1 }),
      ...many(2, 0, { askerMac: 2 }),
      ...many(12, 0, { askerMac: 3 }),
      ...many(14, 0, { askerMac: 4 }),
    ]).map(({ mac }) => mac);
    assert.deepEqual(order, [4, 3, 2, 1]);
  });
  it('has everything of all its contacts summed up', () => {
    const asker = only([
      contact({ packets: 2, octets: 20, solicitations: 3, evidence: ['a'], services: [...service(6, 22), ...service(6, 22, 4)] }),
      contact({
        target: 101n,
        packets: 1,
        octets: 9,
        askerAddress: 12n,
        evidence: ['a', 'b'],
        payload: 'x',
        lastAt: start + 9 * minute,
        mode: 'dry-run',
      }),
    ]);
    assert.deepEqual([asker.packets, asker.octets, asker.solicitations], [3, 29, 4]);
    assert.deepEqual(
      [asker.targets, asker.addresses, asker.evidence],
      [
        [100n, 101n],
        [11n, 12n],
        ['a', 'b'],
      ],
    );
    assert.deepEqual([asker.services, asker.payload, asker.isDryRun], [[{ name: 'tcp/22', packets: 5 }], 'x', false]);
    assert.deepEqual([asker.firstAt, asker.lastAt], [start, start + 9 * minute]);
  });
});
