/** What a session received, refused and lost since the last line: for the log. */

import type { CaptureCounters } from './captureCounters.ts';
import { noCounters } from './captureCounters.ts';
import type { LiveSession } from './liveSession.ts';

const number = (value: number) => value.toLocaleString('en');

export class HealthLine {
  private readonly told = new Map<string, CaptureCounters>();

  of(session: LiveSession): { readonly text: string; readonly isLoss: boolean } {
    const now = session.books.counters;
    const before = this.told.get(session.id) ?? noCounters();
    this.told.set(session.id, now);
    const since = (name: keyof CaptureCounters) => now[name] - before[name];
    const losses: [number, string][] = [
      [since('dropped'), 'dropped by the kernel'],
      [since('abandoned'), 'lost with the ring'],
      [since('tableFull'), 'refused: table-full'],
      [since('timeOutOfRange'), 'refused: time-out-of-range'],
      [since('recordsGivenUp'), 'records given up'],
    ];
    const copies: [number, string][] = [[since('seenTwice'), 'refused: seen-twice']];
    const lines = [...losses, ...copies].filter(([count]) => count > 0).map(([count, what]) => `${number(count)} ${what}`);
    const invisible = now.lossIsInvisible === 1 ? ['what libpcap loses is invisible'] : [];
    const text = [
      `${session.name}: ${number(since('frames'))} frames`,
      ...(lines.length > 0 || invisible.length > 0 ? lines : ['none lost']),
      ...invisible,
      `${number(since('records'))} facts`,
      `${number(now.slices)} flows open`,
      session.state === undefined ? 'waiting for the interface' : session.state.status,
    ].join(', ');
    return { text, isLoss: losses.some(([count]) => count > 0) };
  }
}
