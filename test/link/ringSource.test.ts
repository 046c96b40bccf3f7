import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { linkType } from '../../src/link/frameBlock.ts';
import type { LiveOptions, LiveSource } from '../../src/link/liveSource.ts';
import { openLiveSource } from '../../src/link/openLiveSource.ts';
import { ringRestMs, ringShape } from '../../src/link/ringShape.ts';
import { FrameSender } from '../lab/frameSender.ts';
import { collect, type Mirror, mirror, numbered, numberOf, openTunnel, sendOnce } from '../lab/liveFrames.ts';
import { Namespace, noLab, type Scope } from '../lab/namespaces.ts';

const ring: Omit<LiveOptions, 'interface'> = { source: 'ring', filter: '', ringMiB: 8, retireMs: 4, promiscuous: true };

function listen(scope: Scope, { box }: Pick<Mirror, 'box'>, options: Partial<LiveOptions> = {}): LiveSource {
  const live = box.inside(() => openLiveSource({ ...ring, interface: 'mir0', ...options }));
  scope.after(() => live.close());
  return live;
}

/** The frame with an 802.1Q or 802.1ad tag. */
function tagged(frame: Uint8Array, protocol: number, control: number): Uint8Array {
  return Uint8Array.of(...frame.subarray(0, 12), protocol >> 8, protocol & 0xff, control >> 8, control & 0xff, ...frame.subarray(12));
}

const arphrdCan = 280;

describe('the shape of a capture ring', () => {
  it('has many small blocks, so that blocks that are handed over half empty do not use it up', () => {
    assert.deepEqual(ringShape(64, 4), { blockOctets: 128 * 1024, blocks: 512, retireMs: 4 });
    assert.deepEqual(ringShape(64, 10), { blockOctets: 256 * 1024, blocks: 256, retireMs: 10 });
    assert.deepEqual(ringShape(128, 10), { blockOctets: 256 * 1024, blocks: 512, retireMs: 10 });
    assert.deepEqual(ringShape(1, 4), { blockOctets: 128 * 1024, blocks: 8, retireMs: 4 });
  });
  it('lets its reader rest as long as a quarter of it lasts, and not at all where frames are wanted soon', () => {
    assert.deepEqual(
      [ringRestMs(64, 10), ringRestMs(1024, 10), ringRestMs(8, 10), ringRestMs(1, 10), ringRestMs(64, 4)],
      [20, 20, 3, 0, 0],
    );
  });
});

describe('the capture ring', { skip: noLab }, () => {
  it('hands over every frame in order, with the time at which the kernel saw it', (t) => {
    const net = mirror(t);
    const live = listen(t, net);
    assert.equal(live.kind, 'ring');
    // The kernel tells a new link with a delay.
    for (let i = 0; i < 100 && !live.state().carrier; i++) live.poll(20);
    assert.deepEqual(live.state(), { status: 'up', name: 'mir0', mtu: 1500, carrier: true });
    const frames = Array.from({ length: 100 }, (_, index) => numbered(index, 60 + index));
    const before = Date.now() * 1000;
    sendOnce(net.network, 'out0', frames, 5000);
    const after = (Date.now() + 1) * 1000;
    const got = collect(live, 5000);
    assert.equal(got.length, 5000);
    for (const [index, { octets, capturedAtUs, originalLength, number }] of got.entries()) {
      assert.deepEqual(octets, frames[index % 100]);
      assert.equal(originalLength, octets.length);
      assert.equal(number, index + 1);
      assert.ok(Number.isInteger(capturedAtUs) && capturedAtUs >= before && capturedAtUs <= after);
    }
    assert.deepEqual(live.statistics(), { received: 5000, dropped: 0, freezes: 0 });
    assert.deepEqual(live.statistics(), { received: 5000, dropped: 0, freezes: 0 }, 'asking twice does not forget');
  });

  it('hands over what came while its reader rested, and rests no longer than it may wait', (t) => {
    const net = mirror(t);
    const live = listen(t, net, { ringMiB: 64, retireMs: 10 });
    for (let i = 0; i < 100 && !live.state().carrier; i++) live.poll(20);
    assert.equal(live.poll(0), undefined, 'who cannot wait is answered');
    for (let round = 0; round < 5; round++) {
      sendOnce(net.network, 'out0', [numbered(round)]);
      assert.deepEqual(
        collect(live, 1).map(({ octets }) => numberOf(octets)),
        [round],
      );
    }
    assert.deepEqual(live.statistics(), { received: 5, dropped: 0, freezes: 0 });
  });

  it('goes round the ring more than once', (t) => {
    const net = mirror(t);
    const live = listen(t, net, { ringMiB: 1 });
    const sender = net.network.inside(() => new FrameSender('out0', [numbered(1, 1514)]));
    t.after(() => sender.close());
    // 1 MiB holds fewer than 700 of these frames.
    for (let round = 0; round < 10; round++) {
      sender.send(200);
      assert.equal(collect(live, 200).length, 200);
    }
    assert.deepEqual(live.statistics(), { received: 2000, dropped: 0, freezes: 0 });
  });

  it('keeps more than it holds for a reader that is behind, in order, with tags', (t) => {
    const net = mirror(t);
    const live = listen(t, net, { ringMiB: 1 });
    const frames = Array.from({ length: 300 }, (_, index) => tagged(numbered(index, 1400), 0x8100, 7));
    const seen: number[] = [];
    const readOne = (timeoutMs: number) => {
      const block = live.poll(timeoutMs);
      for (let row = 0; row < (block?.count ?? 0); row++) {
        const octets = block?.octets.slice(block.at[row], block.end[row]) as Uint8Array;
        assert.deepEqual(octets, frames[seen.length % 300]);
        seen.push((block?.firstFrameNumber ?? 0) + row);
      }
      return block !== undefined;
    };
    // 1 MiB holds fewer than 700 of them. One block is read where four came.
    for (let round = 0; round < 4; round++) {
      sendOnce(net.network, 'out0', frames);
      assert.ok(readOne(100));
    }
    while (readOne(100));
    assert.deepEqual(
      seen,
      Array.from({ length: 1200 }, (_, index) => index + 1),
    );
    assert.deepEqual(live.statistics(), { received: 1200, dropped: 0, freezes: 0 });
  });

  it('counts what found no room: received and dropped are what was sent, and what was received can be read', (t) => {
    const net = mirror(t);
    const live = listen(t, net, { ringMiB: 1 });
    sendOnce(net.network, 'out0', [numbered(1, 1514)], 5000);
    const { received, dropped, freezes } = live.statistics();
    assert.equal(received + (dropped ?? 0), 5000);
    assert.ok((dropped ?? 0) > 0 && (freezes ?? 0) > 0);
    assert.equal(collect(live, 5000, 200).length, received);
    sendOnce(net.network, 'out0', [numbered(2)]);
    assert.equal(collect(live, 1).length, 1, 'it goes on after it was full');
  });

  it('puts the VLAN tag back that the kernel took out, whatever its protocol', (t) => {
    const net = mirror(t);
    const live = listen(t, net);
    const frames = [
      numbered(1),
      tagged(numbered(2), 0x8100, 0x6005),
      tagged(tagged(numbered(3), 0x8100, 7), 0x88a8, 9),
      tagged(numbered(4), 0x8100, 0),
    ];
    sendOnce(net.network, 'out0', frames);
    const got = collect(live, frames.length);
    assert.deepEqual(
      got.map(({ octets }) => Buffer.from(octets).toString('hex')),
      frames.map((octets) => Buffer.from(octets).toString('hex')),
    );
    assert.deepEqual(
      got.map(({ originalLength }) => originalLength),
      frames.map(({ length }) => length),
    );
  });

  it('cuts frames at the snap length and keeps what their length was', (t) => {
    const net = mirror(t);
    const live = listen(t, net, { snapLength: 96 });
    sendOnce(net.network, 'out0', [numbered(1, 60), numbered(2, 1514)]);
    const got = collect(live, 2);
    assert.deepEqual(
      got.map(({ octets, originalLength }) => [octets.length, originalLength]),
      [
        [60, 60],
        [96, 1514],
      ],
    );
    assert.equal(live.interface.snapLength, 96);
  });

  it('does not see what the machine itself sends', (t) => {
    const net = mirror(t);
    const live = listen(t, net);
    sendOnce(net.box, 'mir0', [numbered(1)], 100);
    sendOnce(net.network, 'out0', [numbered(2)]);
    assert.deepEqual(
      collect(live, 101, 200).map(({ octets }) => numberOf(octets)),
      [2],
    );
  });

  it('sees frames for others only because it is promiscuous, and leaves that mode when it closes', (t) => {
    const net = mirror(t);
    const promiscuity = () => Number(/promiscuity (\d+)/.exec(net.box.ip('-d', 'link', 'show', 'mir0'))?.[1]);
    const live = listen(t, net);
    assert.equal(promiscuity(), 1);
    live.close();
    assert.equal(promiscuity(), 0);
    listen(t, net, { promiscuous: false });
    assert.equal(promiscuity(), 0);
  });

  it('filters in the kernel, also by VLAN, and counts only what passed', (t) => {
    const net = mirror(t);
    const [plain, vlan] = [listen(t, net, { filter: 'ether[14:4] = 7' }), listen(t, net, { filter: 'vlan 5' })];
    sendOnce(net.network, 'out0', [numbered(6), numbered(7), tagged(numbered(8), 0x8100, 5), tagged(numbered(9), 0x8100, 6)]);
    assert.deepEqual(
      collect(plain, 2, 200).map(({ octets }) => numberOf(octets)),
      [7],
    );
    assert.equal(plain.statistics().received, 1);
    assert.deepEqual(
      collect(vlan, 2, 200).map(({ octets }) => numberOf(octets.subarray(4))),
      [8],
    );
  });

  it('filters by VLAN also when the interface was down at the start', (t) => {
    const net = mirror(t);
    net.box.ip('link', 'set', 'mir0', 'down');
    const live = listen(t, net, { filter: 'vlan 5' });
    net.box.ip('link', 'set', 'mir0', 'up');
    sendOnce(net.network, 'out0', [numbered(6), tagged(numbered(8), 0x8100, 5)]);
    assert.equal(collect(live, 2, 200).length, 1);
  });

  it('refuses a wrong filter in the words of its compiler', (t) => {
    const net = mirror(t);
    assert.throws(() => listen(t, net, { filter: 'ether proto nosuch' }), {
      code: 'CAPTURE_FILTER_WRONG',
      message: /"ether proto nosuch" is wrong: .*unknown ether proto 'nosuch'/,
    });
    assert.throws(() => listen(t, net, { filter: 'port 53 and' }), { code: 'CAPTURE_FILTER_WRONG', message: /syntax error/ });
  });

  it('reads the loopback as Ethernet, each frame once', (t) => {
    const box = new Namespace(t);
    const live = listen(t, { box }, { interface: 'lo', filter: 'icmp' });
    assert.equal(live.interface.linkType, linkType.ethernet);
    box.run('ping', '-c', '1', '-W', '1', '127.0.0.1');
    assert.equal(collect(live, 4, 200).length, 2);
  });

  it('reads a tunnel of IP packets without a link header, and refuses what it cannot read', (t) => {
    const box = new Namespace(t);
    box.ip('tuntap', 'add', 'tun0', 'mode', 'tun');
    assert.equal(listen(t, { box }, { interface: 'tun0', filter: 'icmp or ip6' }).interface.linkType, linkType.raw);
    const close = box.inside(() => openTunnel('can0', arphrdCan));
    t.after(close);
    assert.throws(() => listen(t, { box }, { interface: 'can0' }), { code: 'INTERFACE_UNSUPPORTED', message: /can0 .*ARPHRD 280/ });
  });

  it('says that an interface is missing, also where its name could be none', (t) => {
    const box = new Namespace(t);
    for (const name of ['eth9', '', 'a-name-that-is-too-long']) {
      assert.throws(() => listen(t, { box }, { interface: name }), { code: 'INTERFACE_MISSING' });
    }
  });

  it('leaves a block that is still held harmless when it closes', (t) => {
    const net = mirror(t);
    const live = listen(t, net);
    sendOnce(net.network, 'out0', [numbered(1)]);
    let block = live.poll(50);
    for (let i = 0; block === undefined && i < 20; i++) block = live.poll(50);
    assert.ok(block);
    const { octets } = block;
    live.close();
    live.close();
    assert.equal(
      octets.subarray(0, 65_536).some((octet) => octet !== 0),
      false,
    );
    assert.equal(live.poll(0), undefined);
    assert.equal(live.state().status, 'gone');
    assert.equal(live.statistics().received, 1);
  });
});
