/** A machine that sends frames: its addresses, and the counters that its packets carry on. */

import { type Address, addressFromIpv4, type Mac } from '../base/address.ts';
import type { Random } from './random.ts';

export interface StationFields {
  /** As it calls itself; empty for machines that call themselves nothing. */
  readonly name: string;
  /** Of the machine itself; of a far server, of the router that its frames come through. */
  readonly mac: Mac;
  /** 32 bits. */
  readonly address: number;
  /** As its packets arrive here: 128 from Windows, less from far away. */
  readonly timeToLive: number;
}

export class Station implements StationFields {
  readonly name: string;
  readonly mac: Mac;
  readonly address: number;
  readonly timeToLive: number;
  private identification: number;
  private port: number;

  constructor(
    fields: StationFields,
    private readonly random: Random,
  ) {
    this.name = fields.name;
    this.mac = fields.mac;
    this.address = fields.address;
    this.timeToLive = fields.timeToLive;
    this.identification = random.below(0x1_0000);
    this.port = random.between(49_664, 60_000);
  }

  /** IPv4-mapped, as pseudo headers and records want it. */
  get mapped(): Address {
    return addressFromIpv4(this.address);
  }

  nextIdentification(): number {
    this.identification = (this.identification + 1) & 0xffff;
    return this.identification;
  }

  /** Ephemeral ports as Windows gives them: upwards, with gaps, and round again. */
  nextPort(): number {
    this.port += this.random.between(1, 3);
    if (this.port > 65_000) this.port = 49_664 + this.random.below(100);
    return this.port;
  }
}

/** The IPv4 network that a story plays in. */
export interface Lan {
  readonly router: Station;
  readonly resolver: Station;
  /** 32 bits each. */
  readonly network: number;
  readonly mask: number;
  readonly broadcast: number;
}
