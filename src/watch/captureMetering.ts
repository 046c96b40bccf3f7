/** Frames of one capture through link, wire and meter, with the books of each stage. Where facts go is the sink's business. */

import { FaultTally, type FaultTotal } from '../base/faultTally.ts';
import type { Microseconds } from '../base/time.ts';
import { droppedBefore, type FrameBlock, type FrameSource } from '../link/frameBlock.ts';
import { Meter } from '../meter/meter.ts';
import type { MeterSink } from '../meter/sliceOutlet.ts';
import { Slice } from '../store/slices.ts';
import { appendFrames } from '../wire/frame.ts';
import { HeaderBatch } from '../wire/headerBatch.ts';
import { StageLedger } from './ledger.ts';

export interface MeteringOptions {
  readonly capture: string;
  /** Flows that may be held at once; further ones are refused and counted. */
  readonly maxFlows: number;
  readonly signal?: AbortSignal;
}

export class CaptureMetering {
  readonly link = new StageLedger('link', 'frames');
  readonly wire = new StageLedger('wire', 'frames');
  private readonly batch = new HeaderBatch();
  private readonly tally = new FaultTally();
  private readonly meter: Meter;
  private first = Number.POSITIVE_INFINITY;
  private last = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly source: FrameSource,
    sink: MeterSink,
    private readonly options: MeteringOptions,
  ) {
    this.meter = new Meter({ capture: options.capture, maxFlows: options.maxFlows }, sink);
  }

  /** @param afterBlock called when nothing borrows the block any more, and while slices wait for room: the place to commit and to report */
  async run(afterBlock: () => Promise<void>): Promise<void> {
    for await (const block of this.source.blocks(this.options.signal)) {
      this.options.signal?.throwIfAborted();
      await this.decode(block);
      await afterBlock();
      await this.drain(afterBlock);
    }
    this.meter.finish();
    await this.drain(afterBlock);
    for (const fault of this.source.faults) this.tally.add(fault);
  }

  get frames(): number {
    return this.link.in;
  }
  get octetsRead(): number {
    return this.source.octetsRead;
  }
  get firstAt(): Microseconds | null {
    return this.frames > 0 ? this.first : null;
  }
  get lastAt(): Microseconds | null {
    return this.frames > 0 ? this.last : null;
  }
  get faults(): FaultTotal[] {
    return this.tally.list();
  }
  /** LINKTYPE_ numbers, each once, in the order of the interfaces. */
  get linkTypes(): number[] {
    return [...new Set(this.source.interfaces.map(({ linkType }) => linkType))];
  }

  /** With what the capture itself lost, if it says so: frames that were there and never came into the file. */
  linkLedger(): StageLedger {
    const ledger = new StageLedger('link', 'frames');
    const { byInterface, bySystem } = droppedBefore(this.source);
    ledger.in = this.link.in + byInterface + bySystem;
    ledger.out = this.link.out;
    if (byInterface > 0) ledger.dropped['dropped-by-interface'] = byInterface;
    if (bySystem > 0) ledger.dropped['dropped-by-system'] = bySystem;
    return ledger;
  }

  /** A minute of a large network is more than a sink should hold: it is handed over in pieces. */
  private async drain(afterPiece: () => Promise<void>): Promise<void> {
    while (this.meter.isWaiting) {
      this.options.signal?.throwIfAborted();
      this.meter.drain();
      await afterPiece();
    }
  }

  meterLedger(): StageLedger {
    const ledger = new StageLedger('meter', 'packets');
    const { in: received, out, held, refused } = this.meter.counters;
    ledger.in = received;
    ledger.out = out;
    ledger.held = held;
    for (const [reason, count] of Object.entries(refused)) ledger.refuse(reason, count);
    return ledger;
  }

  private async decode(block: FrameBlock): Promise<void> {
    this.link.in += block.count;
    this.batch.octets = block.octets;
    for (let i = 0; i < block.count; i++) {
      const capturedAtUs = block.capturedAtUs[i] as number;
      if (capturedAtUs < this.first) this.first = capturedAtUs;
      if (capturedAtUs > this.last) this.last = capturedAtUs;
    }
    const linkTypes = this.source.interfaces.map(({ linkType }) => linkType);
    const slice = new Slice();
    for (let next = 0; next < block.count; ) {
      next = appendFrames(this.batch, linkTypes, block, next, block.firstFrameNumber);
      if (this.batch.isFull) this.empty();
      // A box that observes takes captures too: its thread is not held up while code is new and slow.
      if (slice.isOver) await slice.rest();
    }
    this.link.out += block.count;
    // The batch borrows the block's octets, so it is emptied before the next block is asked for.
    this.empty();
  }

  private empty(): void {
    const { batch } = this;
    this.wire.in += batch.count;
    batch.eachFault((fault) => this.tally.add(fault));
    this.meter.consume(batch);
    // A frame with a fault goes on as far as it parsed: the wire refuses nothing.
    this.wire.out += batch.count;
    batch.clear();
  }
}
