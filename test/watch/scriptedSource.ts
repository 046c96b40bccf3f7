/** A live source that hands out given frames in blocks of given sizes, and a store's view of what a loop wrote into its buffers. */

import { blockFrames, type FrameBlock, linkType } from '../../src/link/frameBlock.ts';
import { FrameRows } from '../../src/link/frameRows.ts';
import type { FlowRecord } from '../../src/record/flow.ts';
import { BufferPool, createPool } from '../../src/watch/bufferPool.ts';
import { counterOctets } from '../../src/watch/captureCounters.ts';
import { CaptureLoop, type PolledSource } from '../../src/watch/captureLoop.ts';
import { FactBatch, type ReplacedFlow } from '../../src/watch/factReader.ts';
import type { Frame } from '../meter/frames.ts';

export class ScriptedSource implements PolledSource {
  readonly interface = { linkType: linkType.ethernet };
  dropped = 0;
  isClosed = false;
  private readonly waiting: Frame[] = [];
  private readonly rows = new FrameRows();
  private received = 0;

  /** The kernel took these frames into its ring. */
  arrive(frames: readonly Frame[]): void {
    this.received += frames.length;
    this.waiting.push(...frames);
  }

  poll(): FrameBlock | undefined {
    const frames = this.waiting.splice(0, blockFrames);
    if (frames.length === 0) return undefined;
    this.rows.begin(Buffer.concat(frames.map(({ octets }) => octets)));
    let at = 0;
    for (const { atUs, octets } of frames) {
      this.rows.append(atUs, 0, at, at + octets.length, octets.length);
      at += octets.length;
    }
    return this.rows;
  }

  release(): void {}

  statistics() {
    return { received: this.received, dropped: this.dropped, freezes: 0 };
  }

  close(): void {
    this.isClosed = true;
  }
}

/** One loop with its buffers, read as main would read them. */
export class Bench {
  nowUs = 0;
  readonly source = new ScriptedSource();
  readonly sealed: number[] = [];
  readonly flows: FlowRecord[] = [];
  readonly sightings: Record<string, unknown>[] = [];
  taken = 0;
  replaced = 0;
  readonly pool: BufferPool;
  readonly loop: CaptureLoop;

  constructor(options: { maxFlows?: number; buffers?: number; bufferOctets?: number; capture?: string } = {}) {
    const { maxFlows = 100_000, buffers = 4, bufferOctets = 16 * 1024, capture = 'c' } = options;
    this.pool = new BufferPool(createPool(buffers, bufferOctets, counterOctets));
    this.loop = new CaptureLoop(this.pool, {
      capture,
      maxFlows,
      hashSeed: 'test',
      nowUs: () => this.nowUs,
      seal: (buffer) => this.sealed.push(buffer),
    });
    this.loop.open(this.source);
  }

  /** Main reads what was sealed and gives the buffers back; returns the counters of the last one. `each` sees those of each in turn. */
  read(each: (counters: FactBatch['counters']) => void = () => {}) {
    let counters: FactBatch['counters'] | undefined;
    for (const buffer of this.sealed.splice(0)) {
      const batch = new FactBatch(this.pool.words(buffer), 'c');
      batch.read({
        flow: (record, replaced) => this.keep(record, replaced),
        sighting: (_, record) => {
          this.taken++;
          this.sightings.push(record);
        },
      });
      counters = batch.counters;
      each(counters);
      this.pool.release(buffer);
    }
    return counters;
  }

  /** To the end: everything is handed over. */
  end() {
    this.loop.finish();
    let counters = this.read();
    while (!this.loop.drain()) counters = this.read() ?? counters;
    return this.read() ?? counters;
  }

  private keep(record: FlowRecord, replaced: ReplacedFlow | undefined): void {
    this.taken++;
    if (replaced) {
      this.replaced++;
      const at = this.flows.findLastIndex((flow) => isCopy(flow, replaced));
      if (at === -1) throw new Error('a record takes the place of a copy that is not there');
      this.flows.splice(at, 1);
    }
    this.flows.push(record);
  }
}

function isCopy(flow: FlowRecord, { key, packets }: ReplacedFlow): boolean {
  const names = [
    'minute',
    'sourceMac',
    'sourceAddress',
    'destinationAddress',
    'sourcePort',
    'destinationPort',
    'protocol',
    'etherType',
  ] as const;
  return names.every((name) => flow[name] === key[name]) && flow.sourcePackets + flow.destinationPackets === packets;
}
