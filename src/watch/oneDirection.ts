/**
 * Notices a mirror port that shows one direction only: TCP ends that acknowledge data which nobody is seen to send.
 *
 * Both halves count together wherever they are seen, because a tap may bring each direction on an interface of its own.
 */

import type { FlowRecord } from '../record/flow.ts';
import { tcpFlag } from '../wire/tcp.ts';

const conversationsKept = 10_000;
/** Fewer are no reason to say anything. */
const enough = 10;
/** Share of conversations of which one half is missing. */
const mostHalves = 0.8;

interface Halves {
  readonly interface: string;
  seen: number;
}

const low = 1;
const high = 2;

export class OneDirection {
  private conversations = new Map<string, Halves>();
  /** Interfaces of which it was said. */
  private readonly said = new Set<string>();

  /** @param name of the interface on which the slice was seen */
  take(flow: FlowRecord, name: string): void {
    if (flow.protocol !== 6 || flow.sourceAddress === null || flow.destinationAddress === null) return;
    const sends = (packets: number, flags: number | null) => packets >= 3 && ((flags ?? 0) & (tcpFlag.ack | tcpFlag.rst)) === tcpFlag.ack;
    const source = sends(flow.sourcePackets, flow.sourceTcpFlags);
    const destination = sends(flow.destinationPackets, flow.destinationTcpFlags);
    if (!source && !destination) return;
    const ends = [`${flow.sourceAddress} ${flow.sourcePort}`, `${flow.destinationAddress} ${flow.destinationPort}`];
    const isLow = (ends[0] as string) < (ends[1] as string);
    const seen = (flow.sourcePackets > 0 ? (isLow ? low : high) : 0) | (flow.destinationPackets > 0 ? (isLow ? high : low) : 0);
    const key = ends.toSorted().join(' ');
    const known = this.conversations.get(key);
    if (known) known.seen |= seen;
    else if (this.conversations.size < conversationsKept) this.conversations.set(key, { interface: name, seen });
  }

  /** What there is to say of the conversations since the last time. */
  judge(): string[] {
    const byInterface = new Map<string, { halves: number; all: number }>();
    for (const { interface: name, seen } of this.conversations.values()) {
      const sums = byInterface.get(name) ?? { halves: 0, all: 0 };
      byInterface.set(name, { halves: sums.halves + (seen === (low | high) ? 0 : 1), all: sums.all + 1 });
    }
    this.conversations = new Map();
    const lines: string[] = [];
    for (const [name, { halves, all }] of byInterface) {
      if (all < enough) continue;
      const isOne = halves > all * mostHalves;
      if (isOne && !this.said.has(name)) {
        this.said.add(name);
        lines.push(
          `${name}: only one direction is visible: of ${all} TCP conversations ${halves} show one half; mirror both directions (rx and tx) of the port`,
        );
      } else if (!isOne && this.said.delete(name)) lines.push(`${name}: both directions are visible`);
    }
    return lines;
  }
}
