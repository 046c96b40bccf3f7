/**
 * How much of the link the box can hear. A switch that snoops on multicast listeners (RFC 4541) forwards a solicitation only to ports
 * that joined its group, and nobody can join 2^24 groups: a box behind it is blind without a word.
 *
 * Active: questions to random groups leave the service port, and the mirror ports must show them. Passive, where nothing may be sent:
 * if hosts are seen but never one of their solicitations to a foreign group, the box is blind.
 */

import { type Address, isGroupMac, isIpv4 } from '../base/address.ts';
import { type Microseconds, minute } from '../base/time.ts';
import type { VisibilityRecord, VisibilityVerdict } from '../record/dark.ts';
import { linkLocalPrefix } from './reservedAddress.ts';
import type { SolicitationSign } from './sign.ts';

export type Visibility = Pick<VisibilityRecord, 'verdict' | 'asked' | 'shown' | 'because'>;

/** Groups asked in one test. */
export const groupsOfTest = 16;
/** Hosts that must have been seen before silence about groups means something. */
const enoughHosts = 3;
const passiveWindow: Microseconds = 10 * minute;

/** Link-local addresses in random groups; `draw` gives 32 random bits. None of them can be an EUI-64 or stable address but by chance. */
export function testTargets(draw: () => number): Address[] {
  return Array.from({ length: groupsOfTest }, () => linkLocalPrefix.address | (BigInt(draw()) << 32n) | BigInt(draw()));
}

export function activeVisibility(asked: readonly Address[], shown: ReadonlySet<Address>): Visibility {
  const seen = asked.filter((target) => shown.has(target)).length;
  const verdict = asked.length === 0 ? 'unknown' : seen === 0 ? 'blind' : seen < 0.9 * asked.length ? 'partly' : 'sees';
  const because =
    verdict === 'blind'
      ? 'no solicitation to a random group reached a mirror port: MLD snooping, or a port that is not mirrored'
      : `${seen} of ${asked.length} solicitations to random groups reached a mirror port`;
  return { verdict, asked: asked.length, shown: seen, because };
}

/** Judges by what hosts do on their own. */
export class PassiveGauge {
  private readonly hosts = new Set<number>();
  private groupsHeard = 0;
  private sinceUs: Microseconds;
  private last: Visibility | undefined;

  constructor(nowUs: Microseconds) {
    this.sinceUs = nowUs;
  }

  sawHost(mac: number): void {
    if (this.hosts.size < 64) this.hosts.add(mac);
  }

  sawSolicitation(sign: SolicitationSign): void {
    if (!isIpv4(sign.target) && isGroupMac(sign.askedMac)) this.groupsHeard++;
  }

  /** By this window where a solicitation was heard in it, else by the last that is full. */
  read(nowUs: Microseconds): Visibility {
    if (nowUs - this.sinceUs >= passiveWindow) {
      this.last = this.judge(true);
      this.sinceUs = nowUs;
      this.groupsHeard = 0;
      this.hosts.clear();
    }
    return this.groupsHeard > 0 ? this.judge(false) : (this.last ?? this.judge(false));
  }

  private judge(isFull: boolean): Visibility {
    const { groupsHeard, hosts } = this;
    const verdictOf = (verdict: VisibilityVerdict, because: string): Visibility => ({ verdict, asked: 0, shown: 0, because });
    if (groupsHeard > 0) return verdictOf('sees', `${groupsHeard} solicitations to groups were heard`);
    if (isFull && hosts.size >= enoughHosts)
      return verdictOf(
        'blind',
        `${hosts.size} hosts were heard, and in ten minutes not one solicitation to a group: MLD snooping hides them`,
      );
    return verdictOf('unknown', `${hosts.size} hosts were heard, none of them asked a group yet`);
  }
}
