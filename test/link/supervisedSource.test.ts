import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LiveOptions } from '../../src/link/liveSource.ts';
import { SupervisedSource } from '../../src/link/supervisedSource.ts';
import { collect, type Mirror, mirror, numbered, openTunnel, sendOnce } from '../lab/liveFrames.ts';
import { connect, Namespace, noLab, type Scope } from '../lab/namespaces.ts';

const options: LiveOptions = { interface: 'mir0', source: 'ring', filter: '', ringMiB: 4, retireMs: 4, promiscuous: true };

/** As often as "done when" asks for; fewer rounds show the same where time is short. */
const rounds = Number(process.env.YOBAN_INTERFACE_ROUNDS ?? 3);

class Watched {
  readonly events: string[] = [];
  readonly source: SupervisedSource;

  constructor(
    scope: Scope,
    private readonly net: Mirror,
    changed: Partial<LiveOptions> = {},
  ) {
    this.source = net.box.inside(
      () => new SupervisedSource({ ...options, ...changed }, ({ kind, message }) => this.events.push(`${kind}: ${message}`)),
    );
    scope.after(() => this.source.close());
  }

  /** Polls until `kind` was told, at most `patienceMs`; returns what was told since the last call. */
  until(kind: string | undefined, patienceMs = 5000): string[] {
    const begun = performance.now();
    while (performance.now() - begun < patienceMs && !this.events.some((event) => event.startsWith(`${kind}:`)))
      this.net.box.inside(() => this.source.poll(20));
    return this.events.splice(0).map((event) => event.replace(/:.*/, ''));
  }

  /** Frames of the network that come while `sent` are sent. */
  receives(sent = 5): number {
    sendOnce(this.net.network, 'out0', [numbered(1)], sent);
    return collect(this.source, sent, 300).length;
  }
}

/** A mirror port that has settled: its link is up and nothing is left to be told. */
function settled(scope: Scope, changed: Partial<LiveOptions> = {}): { net: Mirror; watched: Watched } {
  const net = mirror(scope);
  const watched = new Watched(scope, net, changed);
  for (let i = 0; i < 100 && !watched.source.state().carrier; i++) watched.source.poll(20);
  watched.until(undefined, 300);
  return { net, watched };
}

describe('a supervised source', { skip: noLab }, () => {
  it('says how it captures, and that a port went down and came up', (t) => {
    const net = mirror(t);
    const watched = new Watched(t, net);
    assert.match(watched.events[0] ?? '', /^opened: mir0: capturing \(source ring, because it was asked for\)/);
    const { source } = watched;
    for (let i = 0; i < 100 && !source.state().carrier; i++) source.poll(20);
    watched.until(undefined, 300);
    for (let round = 0; round < rounds; round++) {
      net.box.ip('link', 'set', 'mir0', 'down');
      assert.deepEqual(watched.until('down'), ['down']);
      net.box.ip('link', 'set', 'mir0', 'up');
      assert.equal(watched.until('up')[0], 'up');
      assert.equal(watched.receives(), 5);
      watched.until(undefined, 300);
    }
  });

  it('tells the MTU, and a new name, and goes on', (t) => {
    const { net, watched } = settled(t);
    for (let round = 0; round < rounds; round++) {
      const [from, to, mtu] = round % 2 === 0 ? ['mir0', 'mir9', '1400'] : ['mir9', 'mir0', '1500'];
      net.box.ip('link', 'set', from as string, 'mtu', mtu as string);
      assert.deepEqual(watched.until('mtu'), ['mtu']);
      net.box.ip('link', 'set', from as string, 'name', to as string);
      assert.deepEqual(watched.until('renamed'), ['renamed']);
      assert.equal(watched.source.state().name, to);
      assert.equal(watched.receives(), 5);
    }
  });

  it('survives that the interface is removed and added again, and loses no count', (t) => {
    const { net, watched } = settled(t);
    let received = watched.receives();
    for (let round = 0; round < rounds; round++) {
      net.box.ip('link', 'del', 'mir0');
      assert.deepEqual(watched.until('gone'), ['gone']);
      assert.deepEqual(watched.until(undefined, 600), [], 'told once');
      assert.equal(watched.source.state().status, 'gone');
      connect(net.network, { name: 'out0' }, net.box, { name: 'mir0' });
      assert.equal(watched.until('returned')[0], 'returned');
      assert.equal(watched.receives(), 5);
      received += 5;
      assert.deepEqual(watched.source.statistics(), { received, dropped: 0, freezes: 0 });
      watched.until(undefined, 300);
    }
  });

  it('keeps its filter over the return of an interface', (t) => {
    const { net, watched } = settled(t, { filter: 'ether[14:4] = 2' });
    net.box.ip('link', 'del', 'mir0');
    watched.until('gone');
    connect(net.network, { name: 'out0' }, net.box, { name: 'mir0' });
    watched.until('returned');
    sendOnce(net.network, 'out0', [numbered(1), numbered(2)]);
    assert.equal(collect(watched.source, 2, 300).length, 1);
  });

  it('begins when an interface appears that was missing', (t) => {
    const [network, box] = [new Namespace(t), new Namespace(t)];
    const net = { network, box };
    const watched = new Watched(t, net);
    assert.deepEqual(watched.until('missing'), ['missing']);
    assert.equal(watched.source.interface, undefined);
    connect(network, { name: 'out0' }, box, { name: 'mir0' });
    assert.equal(watched.until('opened')[0], 'opened');
    assert.equal(watched.receives(), 5);
  });

  it('takes another kind of interface under the same name, and refuses one that it cannot read, once', (t) => {
    const { net, watched } = settled(t);
    net.box.ip('link', 'del', 'mir0');
    watched.until('gone');
    const close = net.box.inside(() => openTunnel('mir0', 280));
    assert.deepEqual(watched.until('failed'), ['failed']);
    assert.deepEqual(watched.until(undefined, 600), [], 'told once');
    close();
    net.box.ip('tuntap', 'add', 'mir0', 'mode', 'tun');
    assert.deepEqual(watched.until('returned'), ['returned']);
    assert.equal(watched.source.interface?.linkType, 101);
  });

  it('does not begin with a filter that is wrong, whether the interface is there or not', (t) => {
    const net = mirror(t);
    for (const name of ['mir0', 'nowhere']) {
      assert.throws(() => new Watched(t, net, { interface: name, filter: 'port 53 and' }), { code: 'CAPTURE_FILTER_WRONG' });
    }
  });

  it('does not spin while the interface is gone or down', (t) => {
    const { net, watched } = settled(t);
    for (const change of [['down'], ['up'], undefined]) {
      if (change) net.box.ip('link', 'set', 'mir0', ...change);
      else net.box.ip('link', 'del', 'mir0');
      watched.until(change?.[0] ?? 'gone');
      let polls = 0;
      const begun = performance.now();
      while (performance.now() - begun < 1000) {
        watched.source.poll(20);
        polls++;
      }
      // A poll that returned at once would make it thousands.
      assert.ok(polls <= 60, `${polls} polls in a second`);
    }
  });
});
