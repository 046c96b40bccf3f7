import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { parseTime, second } from '../../src/base/time.ts';
import { linkType } from '../../src/link/frameBlock.ts';
import { writeStory } from '../../src/scenario/edge/writeStory.ts';
import { paper2021 } from '../../src/scenario/paper2021.ts';
import type { Story } from '../../src/scenario/story.ts';
import { appendFrame } from '../../src/wire/frame.ts';
import { HeaderBatch } from '../../src/wire/headerBatch.ts';
import { testFolder } from '../link/readAll.ts';
import { missingTool } from '../link/tool.ts';
import { type PlainFrame, plainFrame } from './frameText.ts';
import { badFrames, tshark } from './tshark.ts';

const folder = testFolder();

// The tables as the paper prints them, with the misread digit of the sixth row put right.
const outside: Record<string, number> = {
  'settings-win.data.microsoft.com:443': 147,
  'edge.microsoft.com:443': 73,
  'smartscreen-prod.microsoft.com:443': 56,
  'ctldl.windowsupdate.com:80': 51,
  'v10.events.data.microsoft.com:443': 44,
  'scrootca1.ocsp.secomtrust.net:80': 30,
  'scrootca2.ocsp.secomtrust.net:80': 30,
  'tsfe.trafficshaping.dsp.mp.microsoft.com:443': 26,
};

interface Asleep {
  readonly mac: string;
  /** Read from the log alone. */
  readonly sleeps: readonly { from: number; to: number }[];
  /** Sent by the host or unicast to it, while the log says that it sleeps. */
  readonly frames: readonly PlainFrame[];
}

function readAsleep(story: Story): Asleep {
  const events = story.logs[0]?.events ?? [];
  const sleeps = events
    .filter(({ eventId }) => eventId === 507)
    .map(({ time, data }) => ({ from: time - Number(data.find(([name]) => name === 'DurationInUs')?.[1]), to: time }));
  const mac = story.truth.hosts[0]?.mac as string;
  const frames = story.frames
    .filter(({ capturedAtUs }) => sleeps.some(({ from, to }) => from <= capturedAtUs && capturedAtUs < to))
    .map(plainFrame)
    .filter(({ sourceMac, destinationMac }) => sourceMac === mac || destinationMac === mac);
  return { mac, sleeps, frames };
}

const digest = (story: Story) => {
  const hash = createHash('sha256');
  for (const { capturedAtUs, octets } of story.frames) hash.update(String(capturedAtUs)).update(octets);
  return hash.update(JSON.stringify(story.logs)).update(JSON.stringify(story.truth)).digest('hex');
};

const seeds = [1, 2, 77];
const told = new Map(seeds.map((seed) => [seed, paper2021(seed)]));
const first = told.get(1) as Story;

describe('the story paper-2021', () => {
  for (const [seed, story] of told) {
    const { frames, sleeps, mac } = readAsleep(story);
    const count = (test: (frame: PlainFrame) => boolean) => frames.filter(test).length;

    it(`has the paper's packets in its sleep, with seed ${seed}`, () => {
      assert.equal(frames.length, 769);
      assert.equal(
        count(({ protocol }) => protocol === 'tcp'),
        457,
      );
      assert.equal(
        count(({ destinationPort, destination }) => destinationPort === 1900 && destination === '239.255.255.250'),
        183,
      );
      assert.equal(
        count(({ sourcePort, destinationPort }) => sourcePort === 53 || destinationPort === 53),
        72,
      );
      assert.equal(
        count(({ protocol }) => protocol === 'icmp'),
        48,
      );
      assert.equal(
        count(({ destinationPort, destination }) => destinationPort === 138 && destination.endsWith('.255')),
        9,
      );
      assert.equal(
        count(({ protocol }) => protocol === 'arp'),
        0,
      );
    });

    it(`says so in its truth, with seed ${seed}`, () => {
      const host = story.truth.hosts[0];
      const rows = host?.asleep.filter(({ scope }) => scope === 'outside').map(({ peer, port, packets }) => [`${peer}:${port}`, packets]);
      assert.deepEqual(Object.fromEntries(rows ?? []), outside);
      assert.equal(host?.packets['modern-sleep'], 769);
      assert.ok((host?.packets.on as number) > 3000, 'more while awake');
      assert.equal(host?.packets.off, undefined);
      assert.deepEqual(
        host?.intervals
          .filter(({ state }) => state === 'modern-sleep')
          .map(({ from, to }) => ({ from: parseTime(from), to: parseTime(to) })),
        sleeps,
      );
      const { intervals } = host as NonNullable<typeof host>;
      assert.equal(intervals[0]?.from, '2021-01-10T00:00:00.000000Z');
      assert.equal(intervals.at(-1)?.to, '2021-01-13T00:00:00.000000Z');
      for (const [i, { from }] of intervals.entries()) assert.ok(i === 0 || from === intervals[i - 1]?.to);
    });

    it(`is silent near the ends of every sleep, and the others are not, with seed ${seed}`, () => {
      const inner = frames.filter(({ at }) => sleeps.some(({ from, to }) => from + 60 * second <= at && at <= to - 60 * second));
      assert.equal(inner.length, frames.length);
      const near = story.frames
        .map(plainFrame)
        .filter(({ sourceMac, destinationMac }) => sourceMac === mac || destinationMac === mac)
        .filter(({ at }) => sleeps.some(({ from, to }) => Math.abs(at - from) < 5 * second || Math.abs(at - to) < 5 * second));
      assert.deepEqual(near, []);
      const others = story.frames
        .map(plainFrame)
        .filter(({ sourceMac, at }) => sourceMac !== mac && sleeps.some(({ from, to }) => from <= at && at < to));
      assert.ok(others.filter(({ destinationPort }) => destinationPort === 1900).length > 100);
      assert.ok(others.filter(({ protocol, destinationMac }) => protocol === 'arp' && destinationMac === 'ff:ff:ff:ff:ff:ff').length > 50);
      assert.ok(others.filter(({ protocol }) => protocol === 'tcp').length > 300);
    });

    it(`fits into eight megaoctets and goes by time, with seed ${seed}`, () => {
      assert.ok(story.frames.reduce((sum, { octets }) => sum + octets.length + 36, 0) < 8_000_000);
      for (const [i, { capturedAtUs }] of story.frames.entries())
        assert.ok(i === 0 || capturedAtUs >= (story.frames[i - 1]?.capturedAtUs as number));
    });
  }

  it('is the same for the same seed to the last octet', () => assert.equal(digest(paper2021(1)), digest(first)));
  it('moves addresses, times and ports with the seed', () => {
    const [one, two] = seeds.map((seed) => told.get(seed)?.truth.hosts[0]);
    assert.notEqual(one?.mac, two?.mac);
    assert.notEqual(one?.address, two?.address);
    assert.notDeepEqual(one?.intervals, two?.intervals);
  });

  it('has a lease that ties the name of the log to the MAC address, and none in the sleep', () => {
    const { mac, frames } = readAsleep(first);
    const leases = first.frames.filter((frame) => plainFrame(frame).destinationPort === 67 && plainFrame(frame).sourceMac === mac);
    assert.ok(leases.length >= 2);
    for (const { octets } of leases) assert.ok(Buffer.from(octets).includes('DESKTOP-0110'));
    assert.ok(!frames.some(({ destinationPort, sourcePort }) => destinationPort === 67 || sourcePort === 67));
    assert.equal(first.logs[0]?.events[0]?.computer, 'DESKTOP-0110');
  });

  it('keeps record ids ascending while times are not', () => {
    const events = first.logs[0]?.events ?? [];
    let inversions = 0;
    for (const [i, event] of events.entries()) {
      if (i === 0) continue;
      assert.equal(event.recordId, (events[i - 1]?.recordId as number) + 1);
      if (event.time < (events[i - 1]?.time as number)) inversions++;
    }
    assert.ok(inversions > 0, 'the boot tells of the shutdown before it');
  });

  it('is read by the decoders without a fault', () => {
    const batch = new HeaderBatch();
    for (const [i, { capturedAtUs, octets }] of first.frames.entries()) {
      batch.clear();
      batch.octets = octets;
      appendFrame(batch, linkType.ethernet, 0, octets.length, octets.length, capturedAtUs, i + 1, 0);
      assert.equal(batch.fault[0], undefined);
    }
  });

  describe('for tshark', { skip: missingTool('tshark') }, () => {
    const written = writeStory(first, folder.path);

    it('is free of malformed frames, bad checksums and broken connections', async () => {
      assert.deepEqual(tshark((await written).capture, badFrames, ['frame.number', 'frame.protocols']), []);
    });

    it('has the same counts for each peer and protocol', async () => {
      const { capture } = await written;
      const { mac, sleeps } = readAsleep(first);
      const time = (us: number) => (us / 1e6).toFixed(6);
      const asleep = sleeps.map(({ from, to }) => `(frame.time_epoch >= ${time(from)} && frame.time_epoch < ${time(to)})`).join(' || ');
      const fields = ['frame.protocols', 'tcp.stream', 'tls.handshake.extensions_server_name', 'http.host', 'tcp.port', 'ip.addr'];
      const rows = tshark(capture, `(eth.src == ${mac} || eth.dst == ${mac}) && (${asleep})`, fields);
      assert.equal(rows.length, 769);
      const having = (protocol: string) => rows.filter(([protocols]) => protocols?.split(':').includes(protocol)).length;
      assert.deepEqual(['ssdp', 'dns', 'icmp', 'browser', 'tcp'].map(having), [183, 72, 48, 9, 457]);
      const names = new Map<string, string>();
      for (const [, stream = '', sni, host, ports] of rows) {
        const name = sni || host;
        if (stream && name) names.set(stream, `${name}:${ports?.split(',').includes('80') ? 80 : 443}`);
      }
      const counts: Record<string, number> = {};
      for (const [, stream = ''] of rows) {
        const name = names.get(stream);
        if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
      }
      assert.deepEqual(counts, outside);
    });

    it('resolves every peer of the sleep by an answer to the host before it is used', async () => {
      const { capture } = await written;
      const address = first.truth.hosts[0]?.address;
      const answers = tshark(capture, `dns.flags.response == 1 && ip.dst == ${address}`, ['frame.time_epoch', 'dns.qry.name', 'dns.a']);
      const hellos = tshark(capture, `ip.src == ${address} && (tls.handshake.extensions_server_name || http.request) && !udp`, [
        'frame.time_epoch',
        'tls.handshake.extensions_server_name',
        'http.host',
        'ip.dst',
      ]);
      assert.ok(hellos.length > 100);
      for (const [at, sni, host, peer] of hellos) {
        const proof = answers.find(([when, name, given]) => name === (sni || host) && given === peer && Number(when) < Number(at));
        assert.ok(proof, `${sni}${host} at ${at}`);
      }
    });
  });
});
