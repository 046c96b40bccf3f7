import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Action } from '../../src/darkspace/claim.ts';
import { encodeEthernet, etherType } from '../../src/wire/ethernet.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { encodeRouterAdvertisement } from '../../src/wire/ndp.ts';
import {
  advertisement,
  arpFrame,
  asker,
  askerMac,
  Bench,
  dark,
  ip,
  ipv6Frame,
  macOf,
  ownerMac,
  prefixOf,
  serviceMac,
  solicitation,
  start,
} from './frames.ts';

const answer: Action = { kind: 'answer', target: dark, asker, askerMac };
const otherAsker = macOf('02:00:00:00:00:33');
const held = () => new Bench().hear(solicitation()).wait(1000);

describe('an address that nobody answers for', () => {
  it('is asked for at once and after 400 ms, and claimed after one second', () => {
    const bench = new Bench().hear(solicitation());
    assert.deepEqual(bench.kinds(), ['probe']);
    bench.wait(399);
    assert.deepEqual(bench.kinds(), ['probe']);
    bench.wait(600);
    assert.deepEqual(bench.kinds(), ['probe', 'probe']);
    bench.wait(1);
    assert.deepEqual(bench.actions.at(-1), answer);
    assert.deepEqual(
      bench.transitions.map(({ from, to }) => `${from} ${to}`),
      ['unknown verify', 'verify dark', 'dark held'],
    );
    assert.deepEqual(bench.transitions.at(-1)?.probesAtUs, [start, start + 400_000]);
  });
  it('is asked for once more where the box was held up, and has the whole time of silence again', () => {
    const bench = new Bench().hear(solicitation()).wait(900);
    bench.machine.heldUp(bench.nowUs);
    assert.deepEqual(bench.kinds(), ['probe', 'probe', 'probe']);
    bench.wait(499);
    assert.deepEqual(bench.answers(), []);
    bench.wait(1);
    assert.deepEqual(bench.answers(), [answer]);
    assert.equal(bench.transitions.at(-1)?.probesAtUs.length, 3);
  });
  it('is given up where the box was held up and may ask no more', () => {
    const budget = { perAskerRate: 0, perAskerBurst: 3, totalRate: 100, totalBurst: 100, mostAskers: 10 };
    const bench = new Bench({}, { budget }).hear(solicitation()).wait(900);
    bench.machine.heldUp(bench.nowUs);
    bench.wait(2000);
    assert.deepEqual([bench.answers(), bench.transitions.at(-1)?.because], [[], 'the box was held up meanwhile']);
  });
  it('is answered to everybody who asked meanwhile, once each', () => {
    const bench = new Bench().hear(solicitation());
    bench
      .hear(solicitation({ mac: otherAsker, source: ip('2001:db8:1::3') }))
      .hear(solicitation())
      .wait(1000);
    assert.deepEqual(
      bench.told.map((one) => one.asker),
      [askerMac, otherAsker],
    );
    assert.equal(bench.answers().length, 2);
  });
  it('is answered at once while it is held, to a group question and to a check of the entry', () => {
    const bench = held();
    bench.hear(solicitation()).hear(solicitation({ unicastTo: serviceMac }));
    assert.deepEqual(bench.answers(), [answer, answer, answer]);
  });
  it('is not answered about an entry after it was given back', () => {
    const bench = held().wait(61_000);
    bench.hear(solicitation({ unicastTo: serviceMac })).wait(3000);
    assert.equal(bench.answers().length, 1);
    assert.equal(bench.transitions.at(-1)?.to, 'released');
  });
  it('is verified again while it is used, and given back a minute after it was used last', () => {
    const bench = held()
      .wait(31_000)
      .hear(solicitation({ unicastTo: serviceMac }));
    assert.deepEqual(bench.kinds().slice(-2), ['answer', 'probe']);
    bench.wait(59_000);
    assert.equal(bench.machine.stateOf(dark), 'held');
    bench.wait(2000);
    assert.equal(bench.machine.stateOf(dark), undefined);
  });
  it('is claimed for IPv4 as well', () => {
    const bench = new Bench().hear(arpFrame()).wait(1000);
    assert.deepEqual(bench.answers(), [{ kind: 'answer', target: ip('10.9.0.99'), asker: ip('10.9.0.1'), askerMac }]);
  });
  it('is decided by the clock: a timer that comes after 1.4 s decides then, one after 2.6 s not at all', () => {
    const late = (milliseconds: number) => {
      const bench = new Bench().hear(solicitation());
      bench.nowUs += 400_000;
      bench.machine.advance(bench.nowUs);
      bench.nowUs = start + milliseconds * 1000;
      bench.machine.advance(bench.nowUs);
      return bench;
    };
    assert.equal(late(1400).answers().length, 1);
    assert.equal(late(2501).answers().length, 0);
    assert.equal(late(2501).transitions.at(-1)?.because, 'too late to answer');
  });
  it('is not claimed before half a second of silence after a probe that left late', () => {
    const bench = new Bench().hear(solicitation());
    bench.nowUs = start + 1_000_000;
    bench.machine.advance(bench.nowUs);
    assert.deepEqual(bench.kinds(), ['probe', 'probe']);
    bench.wait(499);
    assert.equal(bench.answers().length, 0);
    bench.wait(1);
    assert.equal(bench.answers().length, 1);
  });
});

describe('an owner', () => {
  const signs: readonly (readonly [sentence: string, frame: Uint8Array])[] = [
    ['advertises the address', advertisement()],
    ['advertises it without being asked', advertisement({ solicited: false, destination: ip('ff02::1') })],
    ['probes it before it takes it', solicitation({ source: 0n, mac: ownerMac })],
    ['probes it with a nonce', solicitation({ source: 0n, mac: ownerMac, nonce: '0102030405ff' })],
    ['asks for its router from it', solicitation({ source: dark, mac: ownerMac, target: ip('2001:db8:1::fe') })],
    ['sends any packet from it', ipv6Frame(ownerMac, askerMac, dark, asker, Uint8Array.of(128, 0, 0, 0, 0, 0, 0, 0), 64)],
    ['is what another host checks its entry for', solicitation({ mac: otherAsker, source: ip('2001:db8:1::3'), unicastTo: ownerMac })],
  ];
  for (const [sentence, frame] of signs) {
    it(`that ${sentence} while it is verified is never answered for`, () => {
      const bench = new Bench().hear(solicitation()).wait(900).hear(frame).wait(5000).hear(solicitation()).wait(5000);
      assert.deepEqual(bench.answers(), []);
      assert.equal(bench.transitions.at(-1)?.to, 'alive');
    });
    it(`that ${sentence} ends the claim, for good`, () => {
      const bench = held().hear(frame).wait(10_000);
      bench
        .hear(solicitation())
        .wait(3000)
        .hear(solicitation({ unicastTo: serviceMac }))
        .wait(3000);
      assert.equal(bench.answers().length, 1);
      assert.ok((bench.refusals()['in use'] ?? 0) >= 2);
    });
  }
  it('is named to everybody who was told otherwise', () => {
    const bench = held()
      .hear(solicitation({ mac: otherAsker, source: ip('2001:db8:1::3') }))
      .hear(advertisement());
    const corrections = bench.actions.filter(({ kind }) => kind === 'correction');
    assert.deepEqual(corrections, [
      { kind: 'correction', target: dark, asker, askerMac, ownerMac, ownerIsRouter: false },
      { kind: 'correction', target: dark, asker: ip('2001:db8:1::3'), askerMac: otherAsker, ownerMac, ownerIsRouter: false },
    ]);
  });
  it('that takes the address is named at its probe, and again when it shows itself, and nobody is answered between', () => {
    const bench = held().hear(solicitation({ source: 0n, mac: ownerMac }));
    bench.hear(solicitation()).wait(1000).hear(advertisement());
    assert.equal(bench.answers().length, 1);
    assert.equal(bench.kinds().filter((kind) => kind === 'correction').length, 2);
    assert.equal(bench.machine.size, 0);
  });
  it('of IPv4 is seen by its probe (RFC 5227), its announcement and its reply', () => {
    for (const frame of [
      arpFrame({ mac: ownerMac, sender: '0.0.0.0' }),
      arpFrame({ mac: ownerMac, sender: '10.9.0.99' }),
      arpFrame({ mac: ownerMac, sender: '10.9.0.99', target: '10.9.0.1', operation: 2, to: askerMac }),
    ]) {
      const bench = new Bench().hear(arpFrame()).wait(500).hear(frame).wait(3000).hear(arpFrame()).wait(3000);
      assert.deepEqual(bench.answers(), []);
      const late = new Bench().hear(arpFrame()).wait(1000).hear(frame);
      assert.equal(late.kinds().at(-1), 'correction');
    }
  });
  it('that was seen within the memory is not even asked for, and is after the memory', () => {
    const bench = new Bench();
    bench.usage.remember(dark, ownerMac, start - 29 * 86_400_000_000);
    bench.hear(solicitation()).wait(3000);
    assert.deepEqual(bench.actions, []);
    bench.wait(86_400_000).hear(solicitation()).wait(1000);
    assert.equal(bench.answers().length, 1);
  });
});

describe('what is never answered', () => {
  const silent = (sentence: string, frame: Uint8Array, refusal?: string) =>
    it(sentence, () => {
      const bench = new Bench({ exclude: [prefixOf('2001:db8:1::ee00:0/112'), prefixOf('2001:db8:1::77')] });
      bench.hear(frame).wait(5000).hear(frame).wait(5000);
      assert.deepEqual(bench.actions, []);
      if (refusal !== undefined) assert.equal(bench.refusals()[refusal], 2, JSON.stringify(bench.refusals()));
    });
  silent('a duplicate address probe from ::', solicitation({ source: 0n }));
  silent('a duplicate address probe with a nonce', solicitation({ source: 0n, nonce: '010203040506' }));
  silent('a solicitation with a nonce', solicitation({ nonce: '010203040506' }), 'the solicitation carries a nonce');
  silent('an optimistic asker', solicitation({ option: null }), 'the asker is optimistic: no link-layer address');
  silent('an asker that names another MAC address', solicitation({ option: ownerMac }), 'option and frame have different MAC addresses');
  silent('a router', solicitation({ target: ip('2001:db8:1::fe') }), 'router');
  silent('the own address', solicitation({ target: ip('2001:db8:1::200') }), 'own address');
  silent('the own link-local address', solicitation({ target: ip('fe80::b5e') }), 'own address');
  silent('subnet-router anycast', solicitation({ target: ip('2001:db8:1::') }), 'subnet-router anycast');
  silent('reserved anycast (RFC 2526)', solicitation({ target: ip('2001:db8:1:0:fdff:ffff:ffff:fffe') }), 'reserved anycast');
  silent('an excluded prefix', solicitation({ target: ip('2001:db8:1::ee00:1') }), 'excluded prefix');
  silent('an excluded asker', solicitation({ source: ip('2001:db8:1::77') }), 'excluded asker');
  silent('a target beyond the link', solicitation({ target: ip('2001:db8:2::5') }), 'not on this link');
  silent('an asker from beyond the link', solicitation({ source: ip('2001:db8:2::5') }), 'the asker is not on this link');
  silent('loopback', solicitation({ target: ip('::1') }), 'loopback');
  silent('a solicitation that was routed', solicitation({ hopLimit: 254 }), 'invalid: hop limit is not 255');
  silent('a check of an entry that names another machine', solicitation({ unicastTo: ownerMac }));
  silent('an ARP probe (RFC 5227)', arpFrame({ sender: '0.0.0.0' }));
  silent('the network address', arpFrame({ target: '10.9.0.0' }), 'network address');
  silent('the broadcast address', arpFrame({ target: '10.9.0.255' }), 'broadcast address');
  silent('multicast asked for by ARP', arpFrame({ target: '224.0.0.9' }), 'multicast');
  silent('an ARP target beyond the link', arpFrame({ target: '10.8.0.9' }), 'not on this link');
  silent(
    'an ARP request whose sender is another machine',
    arpFrame({ frameMac: ownerMac }),
    'sender and frame have different MAC addresses',
  );
  silent('an own solicitation that comes back', solicitation({ mac: serviceMac }));
  it('multicast', () => assert.deepEqual(new Bench().hear(solicitation({ target: ip('ff02::5') })).wait(3000).actions, []));
  it('a solicitation with a wrong checksum', () => {
    const frame = solicitation();
    frame[60] = (frame[60] as number) ^ 1;
    const bench = new Bench().hear(frame).wait(3000);
    assert.deepEqual([bench.actions, bench.refusals()], [[], { 'invalid: checksum is wrong': 1 }]);
  });
  it('an option of length zero', () => {
    const frame = solicitation();
    frame[79] = 0;
    assert.deepEqual(new Bench().hear(frame).wait(3000).actions, []);
  });
  it('a router that advertises itself, from then on', () => {
    const source = ip('fe80::77');
    const message = encodeRouterAdvertisement({ source, destination: ip('ff02::1'), routerLifetimeSeconds: 0 });
    const bench = new Bench().hear(ipv6Frame(ownerMac, macOf('33:33:00:00:00:01'), source, ip('ff02::1'), message));
    bench.hear(solicitation({ target: source })).wait(3000);
    assert.deepEqual([bench.actions, bench.refusals()], [[], { router: 1 }]);
  });
  it('what an asker used as its gateway', () => {
    const bench = held();
    const packet = encodeIpv6({ source: asker, destination: ip('2001:db8:ffff::1'), nextHeader: 59 }, new Uint8Array(0));
    bench.hear(encodeEthernet({ destinationMac: serviceMac, sourceMac: askerMac, etherType: etherType.ipv6 }, packet));
    assert.equal(bench.transitions.at(-1)?.because, 'the asker used it as a gateway');
    bench
      .hear(solicitation({ unicastTo: serviceMac }))
      .hear(solicitation())
      .wait(5000);
    assert.equal(bench.answers().length, 1);
  });
  it('anything while it is paused, what is held included', () => {
    const bench = held();
    bench.machine.pausedBecause = 'no guard';
    bench
      .hear(solicitation())
      .hear(solicitation({ target: ip('2001:db8:1::abc') }))
      .wait(3000);
    assert.equal(bench.answers().length, 1);
    assert.equal(bench.refusals()['no guard'], 2);
  });
  it('anything unknown once the inventory is full', () => {
    const bench = new Bench({}, {}, 1)
      .hear(advertisement({ target: ip('2001:db8:1::a') }))
      .hear(advertisement({ target: ip('2001:db8:1::b') }));
    bench.hear(solicitation()).wait(3000);
    assert.deepEqual([bench.actions, bench.refusals()], [[], { 'the inventory is full': 1 }]);
  });
  it('an address of which a probe could not be sent, or that was verified while frames were lost', () => {
    const failed = new Bench().hear(solicitation());
    failed.machine.probeFailed(dark, failed.nowUs);
    const lost = new Bench().hear(solicitation()).wait(500);
    lost.machine.framesLost(lost.nowUs);
    assert.deepEqual([failed.wait(3000).answers(), lost.wait(3000).answers()], [[], []]);
  });
});

describe('the modes', () => {
  it('off: nothing is sent and nothing is claimed, but usage is learnt', () => {
    const bench = new Bench({ mode: 'off' }).hear(solicitation()).wait(3000);
    assert.deepEqual([bench.actions, bench.told, bench.usage.size], [[], [], 1]);
  });
  it('dry-run: nothing is sent, and what would have been answered is told', () => {
    const bench = new Bench({ mode: 'dry-run' }).hear(solicitation()).wait(1000).hear(solicitation()).hear(advertisement()).wait(9000);
    assert.deepEqual([bench.actions, bench.told], [[], [{ target: dark, asker: askerMac }]]);
  });
});

describe('the budgets', () => {
  const target = (n: number) => dark + BigInt(n) + 1n;
  it('let one asker have two hundred claims and no more', () => {
    const bench = new Bench({}, { budget: { perAskerRate: 1e9, perAskerBurst: 1e9, totalRate: 1e9, totalBurst: 1e9, mostAskers: 9 } });
    for (let n = 0; n < 300; n++) bench.hear(solicitation({ target: target(n) }));
    bench.wait(1000);
    assert.equal(bench.answers().length, 200);
    assert.equal(bench.machine.heldBy(askerMac), 200);
    assert.equal(bench.refusals()['too many claims of the asker'], 100);
  });
  it('pay for probes as well as for answers', () => {
    const bench = new Bench({}, { budget: { perAskerRate: 3, perAskerBurst: 6, totalRate: 1e9, totalBurst: 1e9, mostAskers: 9 } });
    for (let n = 0; n < 50; n++) bench.hear(solicitation({ target: target(n) }));
    bench.wait(2000);
    assert.deepEqual(bench.kinds().toSorted(), ['answer', 'answer', 'probe', 'probe', 'probe', 'probe']);
    assert.equal(bench.refusals()['budget of the asker'], 48);
  });
  it('cannot be stretched by forging askers', () => {
    const bench = new Bench({}, { budget: { perAskerRate: 10, perAskerBurst: 10, totalRate: 10, totalBurst: 30, mostAskers: 4 } });
    for (let n = 0; n < 500; n++) bench.hear(solicitation({ target: target(n), mac: askerMac + n, source: asker + BigInt(n) }));
    bench.wait(1000);
    assert.ok(bench.actions.length <= 30, `${bench.actions.length} frames`);
  });
  it('bound the claims in all', () => {
    const bench = new Bench({}, { mostClaims: 5 });
    for (let n = 0; n < 20; n++) bench.hear(solicitation({ target: target(n) }));
    assert.equal(bench.machine.size, 5);
  });
  it('set to nothing claim nothing', () => {
    const bench = new Bench({}, { maxClaimsPerAsker: 0 }).hear(solicitation()).wait(2000);
    assert.deepEqual(bench.actions, []);
  });
  it('are given back with the claims', () => {
    const bench = held().wait(70_000);
    assert.deepEqual([bench.machine.size, bench.machine.heldBy(askerMac)], [0, 0]);
  });
});
