/**
 * Asks every IPv4 address of the own networks once a day, slowly: who is silent for weeks is found, and not taken for nobody. ARP reaches
 * hosts that a ping does not, behind a firewall of their own. Off unless the operator wants it.
 */

import { type Address, isIpv4, type Prefix } from '../base/address.ts';
import { day, type Microseconds, second } from '../base/time.ts';
import { reservedBecause } from './reservedAddress.ts';

const sweepEvery: Microseconds = day;
/** Larger networks are left out: a /20 takes seven minutes at ten a second. */
export const mostHostBits = 12;
/** Questions at once, however long nobody asked what is due. */
const burst = 10;

export class ArpSweep {
  private begunAtUs: Microseconds | undefined;
  private nextAtUs: Microseconds = 0;
  private targets: Generator<Address> | undefined;

  constructor(private readonly perSecond: number) {}

  /** Addresses to be asked for now. */
  due(nowUs: Microseconds, networks: readonly Prefix[]): Address[] {
    if (this.perSecond <= 0) return [];
    if (this.begunAtUs === undefined || nowUs - this.begunAtUs >= sweepEvery || nowUs < this.begunAtUs) {
      this.begunAtUs = nowUs;
      this.nextAtUs = nowUs;
      this.targets = addressesOf(networks);
    }
    const due: Address[] = [];
    while (this.targets && nowUs >= this.nextAtUs && due.length < burst) {
      const { value, done } = this.targets.next();
      if (done) this.targets = undefined;
      else due.push(value);
      this.nextAtUs += second / this.perSecond;
    }
    // What could not be asked in time is not caught up with.
    this.nextAtUs = Math.max(this.nextAtUs, nowUs - second);
    return due;
  }
}

function* addressesOf(networks: readonly Prefix[]): Generator<Address> {
  for (const network of networks) {
    const hostBits = 128 - network.length;
    if (!isIpv4(network.address) || hostBits > mostHostBits) continue;
    const first = (network.address >> BigInt(hostBits)) << BigInt(hostBits);
    for (let n = 0n; n < 1n << BigInt(hostBits); n++) if (reservedBecause(first + n, network) === undefined) yield first + n;
  }
}
