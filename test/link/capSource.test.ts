import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { linkType } from '../../src/link/frameBlock.ts';
import type { LiveOptions, LiveSource } from '../../src/link/liveSource.ts';
import { openLiveSource } from '../../src/link/openLiveSource.ts';
import { collect, type Mirror, mirror, numbered, numberOf, sendOnce } from '../lab/liveFrames.ts';
import { connect, Namespace, noLab, type Scope } from '../lab/namespaces.ts';

const options: Omit<LiveOptions, 'interface'> = { source: 'libpcap', filter: '', ringMiB: 16, retireMs: 4, promiscuous: true };

function reasonAgainstCap(): string | false {
  try {
    createRequire(import.meta.url).resolve('cap/build/Release/cap.node');
    return false;
  } catch {
    return 'the package cap is not built here';
  }
}

function listen(scope: Scope, { box }: Pick<Mirror, 'box'>, changed: Partial<LiveOptions> = {}): LiveSource {
  const live = box.inside(() => openLiveSource({ ...options, interface: 'mir0', ...changed }));
  scope.after(() => live.close());
  return live;
}

describe('capture through cap', { skip: noLab || reasonAgainstCap() }, () => {
  it('hands over frames as they were, and says that it cannot see what was lost', (t) => {
    const net = mirror(t);
    const live = listen(t, net);
    assert.equal(live.kind, 'libpcap');
    assert.equal(live.interface.linkType, linkType.ethernet);
    const frames = Array.from({ length: 50 }, (_, index) => numbered(index, 60 + index * 20));
    const before = Date.now() * 1000;
    for (let round = 0; round < 10; round++) {
      sendOnce(net.network, 'out0', frames);
      const got = collect(live, frames.length);
      assert.equal(got.length, frames.length);
      assert.ok(got.every(({ octets }, index) => Buffer.compare(octets, frames[index] as Uint8Array) === 0));
      assert.equal(got[0]?.number, round * 50 + 1);
      for (const { capturedAtUs } of got) assert.ok(capturedAtUs >= before && capturedAtUs <= (Date.now() + 1) * 1000);
    }
    assert.deepEqual(live.statistics(), { received: 500, dropped: undefined, freezes: undefined });
  });

  it('filters', (t) => {
    const net = mirror(t);
    const live = listen(t, net, { filter: 'ether[14:4] = 2' });
    sendOnce(net.network, 'out0', [numbered(1), numbered(2), numbered(3)]);
    assert.deepEqual(
      collect(live, 3, 300).map(({ octets }) => numberOf(octets)),
      [2],
    );
  });

  it('cuts frames at the snap length and keeps what their length was', (t) => {
    const net = mirror(t);
    const live = listen(t, net, { snapLength: 96 });
    sendOnce(net.network, 'out0', [numbered(1, 1514)]);
    const [frame] = collect(live, 1);
    assert.deepEqual([frame?.octets.length, frame?.originalLength], [96, 1514]);
  });

  it('refuses a wrong filter in the words of its compiler, and an interface that is missing or down', (t) => {
    const net = mirror(t);
    assert.throws(() => listen(t, net, { filter: 'ether proto nosuch' }), { code: 'CAPTURE_FILTER_WRONG', message: /unknown ether proto/ });
    assert.throws(() => listen(t, net, { interface: 'eth9' }), { code: 'INTERFACE_MISSING' });
    net.box.ip('link', 'set', 'mir0', 'down');
    assert.throws(() => listen(t, net), { code: 'INTERFACE_DOWN' });
  });

  it('keeps the buffer that cap writes into alive: frames stay sound while garbage is collected without pause', (t) => {
    const net = mirror(t);
    const collector = `import v8 from 'node:v8'; import vm from 'node:vm'; v8.setFlagsFromString('--expose-gc'); const gc = vm.runInNewContext('gc');
      setInterval(() => { gc(); for (let i = 0; i < 50; i++) Buffer.alloc(65535, 0xaa); }, 5);`;
    const before = process.env.NODE_OPTIONS;
    process.env.NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(collector)}`;
    const live = listen(t, net);
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
    for (let round = 0; round < 40; round++) {
      const frames = Array.from({ length: 20 }, (_, index) => numbered(round * 20 + index, 1000));
      sendOnce(net.network, 'out0', frames);
      const got = collect(live, frames.length);
      assert.equal(got.length, frames.length, `round ${round}`);
      for (const [index, { octets }] of got.entries()) assert.ok(Buffer.compare(octets, frames[index] as Uint8Array) === 0);
    }
    assert.equal(live.broken, false);
  });

  it('hands over frames while so many pour in that timers of its process starve', (t) => {
    const net = mirror(t);
    const live = listen(t, net);
    for (let round = 0; round < 5; round++) sendOnce(net.network, 'out0', [numbered(round)], 20_000);
    const got = collect(live, 100_000, 500);
    assert.ok(got.length > 1000, `${got.length} frames`);
    assert.deepEqual(
      got.map(({ number }) => number),
      got.map((_, index) => index + 1),
    );
    const numbers = got.map(({ octets }) => numberOf(octets));
    assert.deepEqual(numbers, numbers.toSorted());
    sendOnce(net.network, 'out0', [numbered(9)]);
    assert.equal(collect(live, 1).length, 1, 'it goes on');
  });

  it('sees no own frames, and goes on after the interface went down and after it was removed and added again, though cap itself dies of both', async (t) => {
    const [network, box] = [new Namespace(t), new Namespace(t)];
    const mac = '02:00:5e:00:00:77';
    connect(network, { name: 'out0' }, box, { name: 'mir0', mac });
    const own = numbered(8);
    own.set(Buffer.from(mac.replaceAll(':', ''), 'hex'), 6);
    const program = fileURLToPath(new URL('../lab/superviseInterface.js', import.meta.url));
    const child = box.spawn(process.execPath, [program, 'mir0', 'libpcap'], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    assert.ok(child.stdout);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const until = async (kind: string): Promise<string> => {
      for (;;) {
        const { value, done } = await lines.next();
        assert.ok(!done, `it ended before it said ${kind}`);
        if (`${value} `.startsWith(`${kind} `)) return String(value);
      }
    };
    assert.match(await until('opened'), /source libpcap, because it was asked for; what the kernel drops cannot be seen/);
    sendOnce(box, 'mir0', [own], 2);
    sendOnce(network, 'out0', [numbered(1)], 3);
    await until('frames 3');
    box.ip('link', 'set', 'mir0', 'down');
    await until('down');
    box.ip('link', 'set', 'mir0', 'up');
    await until('returned');
    sendOnce(network, 'out0', [numbered(2)], 3);
    await until('frames 6');
    box.ip('link', 'del', 'mir0');
    await until('gone');
    connect(network, { name: 'out0' }, box, { name: 'mir0' });
    await until('returned');
    sendOnce(network, 'out0', [numbered(3)], 3);
    await until('frames 9');
    box.ip('link', 'set', 'mir0', 'mtu', '1400');
    await until('mtu');
    child.kill('SIGINT');
    assert.match(await until('stopped'), /^stopped 9 \{"received":9\}/);
    await once(child, 'close');
  });
});

describe('the choice of a source', { skip: noLab }, () => {
  it('takes the ring where it can, and says why', (t) => {
    const live = listen(t, mirror(t), { source: 'auto' });
    assert.equal(live.kind, 'ring');
    assert.match(live.reason, /fastest/);
  });

  it('throws what no other source would mend', (t) => {
    const net = mirror(t);
    assert.throws(() => listen(t, net, { source: 'auto', interface: 'eth9' }), { code: 'INTERFACE_MISSING' });
    assert.throws(() => listen(t, net, { source: 'auto', filter: 'port 53 and' }), { code: 'CAPTURE_FILTER_WRONG' });
  });
});
