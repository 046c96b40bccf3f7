/**
 * A live source that outlives its interface: missing at the start, down, renamed, removed, added again. Each change is told once. While there is
 * nothing to capture it waits, and looks at the interface a few times a second.
 */

import { compileFilter } from './captureFilter.ts';
import { type CaptureInterface, type FrameBlock, linkType } from './frameBlock.ts';
import { LiveError } from './liveError.ts';
import { type InterfaceState, type LiveOptions, type LiveSource, type LiveStatistics, openLiveSource } from './liveSource.ts';

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
      if (!isMissing(error)) throw error;
      if (options.source !== 'libpcap') compileFilter(options.filter, undefined, linkType.ethernet, 65_535);
      this.tell('missing', 'there is no such interface yet; capturing begins when it appears');
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
    const before = this.last;
    const now = this.state();
    this.last = now;
    if (before !== undefined) this.compare(before, now);
    if (lent) return;
    const { source } = this;
    if (source === undefined || now.status === 'gone') this.reopen();
    else if (source.broken) {
      // What broke it may last: an interface that is down cannot be opened by every source.
      this.giveUp();
      if (now.status === 'up') this.reopen();
    }
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
      else if (this.source === undefined || this.source.state().status === 'gone') this.open();
      this.failure = '';
    } catch (error) {
      if (!(error instanceof LiveError)) throw error;
      if (isMissing(error) || error.message === this.failure) return;
      this.failure = error.message;
      this.tell('failed', `${error.message}; ${error.advice}; it is tried again`);
    }
  }

  private open(): void {
    const source = openLiveSource(this.options);
    this.giveUp();
    this.source = source;
    this.begin(source);
  }

  private begin(source: LiveSource): void {
    const state = source.state();
    this.last = state;
    const how = `source ${source.kind}, because ${source.reason}`;
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

function isMissing(error: unknown): boolean {
  return error instanceof LiveError && error.code === 'INTERFACE_MISSING';
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
