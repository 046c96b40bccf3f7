/**
 * A live source that outlives its interface: missing at the start, down, renamed, removed, added again. Each change is told once. While there is
 * nothing to capture it waits, and looks at the interface a few times a second.
 */

import { compileFilter } from './captureFilter.ts';
import { type CaptureInterface, type FrameBlock, linkType } from './frameBlock.ts';
import { LiveError } from './liveError.ts';
import type { InterfaceState, LiveOptions, LiveSource, LiveStatistics } from './liveSource.ts';
import { openLiveSource } from './openLiveSource.ts';

export interface InterfaceEvent {
  readonly kind: 'missing' | 'opened' | 'down' | 'up' | 'unplugged' | 'plugged' | 'mtu' | 'renamed' | 'gone' | 'returned' | 'failed';
  /** As configured. */
  readonly interface: string;
  /** For the log, without a full stop. */
  readonly message: string;
}

/** How often the interface is looked at, and how soon after its return it is captured again at the latest, with the time of a poll. */
const lookEveryMs = 250;

/** Same rules as `LiveSource`: synchronous, for a worker. */
export class SupervisedSource {
  private source: LiveSource | undefined;
  private last: InterfaceState | undefined;
  private lookAtMs = 0;
  private failure = '';
  private opened = false;
  private nextFrameNumber = 1;
  private closed = false;
  /** Of sources that were given up. */
  private past: LiveStatistics = { received: 0, dropped: 0, freezes: 0 };
  private readonly pause = new Int32Array(new SharedArrayBuffer(4));

  /** Throws a `LiveError` when waiting would not help: a wrong filter, no permission, a missing package, an interface of an unknown kind. */
  constructor(
    private readonly options: LiveOptions,
    private readonly onEvent: (event: InterfaceEvent) => void,
  ) {
    try {
      this.open();
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (options.source === 'ring') compileFilter(options.filter, undefined, linkType.ethernet, 65_535);
      if (error.code === 'INTERFACE_DOWN') this.tell('down', 'the interface is down; capturing begins when it is up');
      else this.tell('missing', 'there is no such interface yet; capturing begins when it appears');
    }
  }

  get kind(): LiveSource['kind'] | undefined {
    return this.source?.kind;
  }
  get reason(): string {
    return this.source?.reason ?? '';
  }
  /** `undefined` until the interface was there once. Its link type may change when another interface takes its name. */
  get interface(): CaptureInterface | undefined {
    return this.source?.interface;
  }

  poll(timeoutMs: number): FrameBlock | undefined {
    const block = this.source?.poll(timeoutMs);
    if (block !== undefined) this.nextFrameNumber = block.firstFrameNumber + block.count;
    if (this.source === undefined) Atomics.wait(this.pause, 0, 0, Math.min(timeoutMs, lookEveryMs));
    const nowMs = performance.now();
    if (nowMs >= this.lookAtMs) {
      this.lookAtMs = nowMs + lookEveryMs;
      this.look(block !== undefined);
    }
    return block;
  }

  release(): void {
    this.source?.release();
  }

  statistics(): LiveStatistics {
    return sum(this.past, this.source?.statistics());
  }

  state(): InterfaceState {
    return this.source?.state() ?? { status: 'gone', name: this.options.interface, mtu: 0, carrier: false };
  }

  close(): void {
    this.giveUp();
    this.closed = true;
  }

  /** @param lent a block is lent out: the source must not be closed now */
  private look(lent: boolean): void {
    if (this.closed) return;
    const { source, last } = this;
    if (source === undefined) {
      this.reopen();
      return;
    }
    const now = source.state();
    this.last = now;
    if (last !== undefined) this.compare(last, now);
    if (lent) return;
    // What libpcap lost with the interface it does not find again by itself, and does not always say so.
    const isLost = source.broken || (source.resume === undefined && now.status === 'up' && last !== undefined && last.status !== 'up');
    if (isLost) this.giveUp();
    if (isLost || now.status === 'gone') this.reopen();
  }

  private compare(before: InterfaceState, now: InterfaceState): void {
    if (now.status === 'gone') {
      if (before.status !== 'gone') this.tell('gone', 'the interface is gone; capturing goes on when it is back');
      return;
    }
    if (before.status === 'gone') return;
    if (now.name !== before.name) this.tell('renamed', `the interface is called ${now.name} now; capturing goes on`);
    if (now.status !== before.status) {
      if (now.status === 'down') this.tell('down', 'the interface went down; nothing comes until it is up');
      else this.tell('up', 'the interface is up again');
    } else if (now.status === 'up' && now.carrier !== before.carrier) {
      if (now.carrier) this.tell('plugged', 'there is a link again');
      else this.tell('unplugged', 'there is no link: the cable is out or the other end is off');
    }
    if (now.mtu !== before.mtu) this.tell('mtu', `the MTU is ${now.mtu} now, it was ${before.mtu}`);
  }

  private reopen(): void {
    try {
      if (this.source?.resume?.()) this.begin(this.source);
      else this.open();
      this.failure = '';
    } catch (error) {
      if (mayPass(error)) return;
      if (!(error instanceof LiveError)) throw error;
      if (error.message === this.failure) return;
      this.failure = error.message;
      this.tell('failed', `${error.message}; ${error.advice}; it is tried again`);
    }
  }

  private open(): void {
    const source = openLiveSource({ ...this.options, interface: this.nameToOpen(), firstFrameNumber: this.nextFrameNumber });
    this.giveUp();
    this.source = source;
    this.begin(source);
  }

  /** An interface that was renamed and then lost by its source is opened under its new name. */
  private nameToOpen(): string {
    const { last } = this;
    return this.source === undefined && last !== undefined && last.status !== 'gone' ? last.name : this.options.interface;
  }

  private begin(source: LiveSource): void {
    const state = source.state();
    this.last = state;
    const blind = source.statistics().dropped === undefined ? '; what the kernel drops cannot be seen with this source' : '';
    const how = `source ${source.kind}, because ${source.reason}${blind}`;
    const status = state.status === 'up' ? '' : '; the interface is down';
    if (this.opened) this.tell('returned', `the interface is back; capturing goes on${status}`);
    else this.tell('opened', `capturing (${how})${status}`);
    this.opened = true;
  }

  private giveUp(): void {
    const { source } = this;
    if (source === undefined) return;
    this.source = undefined;
    source.close();
    this.past = sum(this.past, source.statistics());
  }

  private tell(kind: InterfaceEvent['kind'], message: string): void {
    this.onEvent({ kind, interface: this.options.interface, message: `${this.options.interface}: ${message}` });
  }
}

/** Waiting may help. */
function mayPass(error: unknown): error is LiveError & { code: 'INTERFACE_MISSING' | 'INTERFACE_DOWN' } {
  return error instanceof LiveError && (error.code === 'INTERFACE_MISSING' || error.code === 'INTERFACE_DOWN');
}

/** What one source cannot see, nobody knows of the whole. */
function sum(one: LiveStatistics, other: LiveStatistics | undefined): LiveStatistics {
  if (other === undefined) return one;
  const add = (a: number | undefined, b: number | undefined) => (a === undefined || b === undefined ? undefined : a + b);
  return {
    received: one.received + other.received,
    dropped: add(one.dropped, other.dropped),
    freezes: add(one.freezes, other.freezes),
  };
}
