/** Runs the visibility gauge: asks in random groups now and then, looks whether the mirror ports show it, and keeps the verdict. */

import { randomInt } from 'node:crypto';
import type { Address } from '../../base/address.ts';
import { hour, type Microseconds, minute, second } from '../../base/time.ts';
import { ownSolicitationFilter } from '../../link/controlFilter.ts';
import { ControlSocket } from '../../link/controlSocket.ts';
import type { Transmitter } from '../../link/transmitter.ts';
import type { VisibilityRecord } from '../../record/dark.ts';
import { ipv6AddressAt } from '../../wire/ipv6.ts';
import { frameOf, type Speaker } from '../answerFrame.ts';
import type { SolicitationSign } from '../sign.ts';
import { activeVisibility, PassiveGauge, testTargets, type Visibility } from '../visibility.ts';

const testEvery: Microseconds = minute;
/** How long a mirror port may take to show what was sent. */
const shownWithin: Microseconds = second;
/** Offset of the target in a frame of neighbour discovery without tags: Ethernet 14, IPv6 40, type to reserved 8. */
const targetAt = 62;

/** A verdict to be written down; who writes it adds where it was found. */
export type VerdictRow = Omit<VisibilityRecord, 'sensor' | 'interface'>;

export class VisibilityTest {
  current: Visibility = { verdict: 'unknown', asked: 0, shown: 0, because: 'not tested yet' };
  private readonly passive: PassiveGauge;
  private readonly records: VerdictRow[] = [];
  private nextAtUs: Microseconds;
  private writtenAtUs = Number.NEGATIVE_INFINITY;
  private running: { sockets: ControlSocket[]; asked: Address[]; untilUs: Microseconds } | undefined;

  constructor(
    private readonly mirrors: readonly string[],
    private readonly vlan: number,
    nowUs: Microseconds,
  ) {
    this.passive = new PassiveGauge(nowUs);
    this.nextAtUs = nowUs;
  }

  sawHost(mac: number): void {
    this.passive.sawHost(mac);
  }

  sawSolicitation(sign: SolicitationSign): void {
    this.passive.sawSolicitation(sign);
  }

  /** Called about once a second. Without a transmitter nothing is sent, and with no mirror port nothing would be shown. */
  keepHouse(nowUs: Microseconds, transmitter: Transmitter | undefined, speaker: Speaker): void {
    if (this.running) {
      if (nowUs >= this.running.untilUs) this.finish(nowUs);
      return;
    }
    if (nowUs < this.nextAtUs) return;
    if (transmitter && this.mirrors.length > 0) this.begin(nowUs, transmitter, speaker);
    else {
      this.nextAtUs = nowUs + second;
      this.judge(this.passive.read(nowUs), nowUs);
    }
  }

  takeRecords(): VerdictRow[] {
    return this.records.splice(0);
  }

  close(): void {
    for (const socket of this.running?.sockets ?? []) socket.close();
    this.running = undefined;
  }

  private begin(nowUs: Microseconds, transmitter: Transmitter, speaker: Speaker): void {
    this.nextAtUs = nowUs + testEvery;
    const sockets: ControlSocket[] = [];
    try {
      for (const name of this.mirrors) sockets.push(new ControlSocket(name, ownSolicitationFilter(speaker.mac, this.vlan)));
    } catch (error) {
      for (const socket of sockets) socket.close();
      this.judge({ verdict: 'unknown', asked: 0, shown: 0, because: (error as Error).message }, nowUs);
      return;
    }
    const asked = testTargets(() => randomInt(2 ** 32)).filter((target) => {
      const outgoing = frameOf({ kind: 'probe', target }, speaker);
      return outgoing !== undefined && transmitter.send(outgoing);
    });
    this.running = { sockets, asked, untilUs: nowUs + shownWithin };
  }

  private finish(nowUs: Microseconds): void {
    const { sockets, asked } = this.running as NonNullable<typeof this.running>;
    const shown = new Set<Address>();
    for (const socket of sockets) {
      for (let frame = socket.receive(); frame !== undefined; frame = socket.receive())
        if (frame.octets.length >= targetAt + 16) shown.add(ipv6AddressAt(frame.octets, targetAt));
      socket.close();
    }
    this.running = undefined;
    this.judge(activeVisibility(asked, shown), nowUs);
  }

  private judge(visibility: Visibility, nowUs: Microseconds): void {
    const isNews = visibility.verdict !== this.current.verdict;
    this.current = visibility;
    if (!isNews && nowUs - this.writtenAtUs < hour) return;
    this.writtenAtUs = nowUs;
    this.records.push({ at: nowUs, ...visibility });
  }
}
