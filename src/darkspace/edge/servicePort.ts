/** The service port while the watch runs: which networks it is on, and from which addresses it may speak. Both come and go. */

import type { Prefix } from '../../base/address.ts';
import type { Speaker } from '../answerFrame.ts';
import type { OwnEnd } from '../linkKnowledge.ts';
import { sameEnd, serviceEnd } from './serviceEnd.ts';

export class ServicePort {
  /** What the kernel said last. Its MAC address stays that of the start. */
  end: OwnEnd;
  /** Networks of the own addresses. */
  networks: readonly Prefix[];
  speaker: Speaker;

  /** Throws where the port is missing. */
  constructor(private readonly name: string) {
    this.end = serviceEnd(name);
    this.networks = networksOf(this.end);
    this.speaker = speakerOf(this.end);
  }

  /** Asks the kernel again. Returns what it says where that differs from the last time; `undefined` where it does not. */
  renew(): OwnEnd | undefined {
    try {
      const end = serviceEnd(this.name);
      if (end.mac !== this.end.mac || sameEnd(end, this.end)) return undefined;
      this.end = end;
      this.networks = networksOf(end);
      this.speaker = speakerOf(end);
      return end;
    } catch {
      // The port is down.
      return undefined;
    }
  }
}

function networksOf({ addresses }: OwnEnd): Prefix[] {
  return addresses.map(({ prefix }) => prefix);
}

function speakerOf({ mac, addresses }: OwnEnd): Speaker {
  return { mac, addresses: addresses.map(({ address }) => address) };
}
