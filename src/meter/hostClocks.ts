/** Whose clock says what: NTP, SMB2, Kerberos and TLS become clock records. */

import type { Address, Mac } from '../base/address.ts';
import { isGroupMac } from '../base/address.ts';
import { hour, type Microseconds, minute, second } from '../base/time.ts';
import type { ClockRecord } from '../record/clock.ts';
import type { KerberosError } from '../wire/kerberos.ts';
import type { NtpMessage } from '../wire/ntp.ts';
import type { SmbNegotiation } from '../wire/smb2.ts';
import type { HourlyMemory } from './hourlyMemory.ts';

/**
 * A stamp further from the time of capture is none: clients that give away as little as they can send random ones
 * (draft-ietf-ntp-data-minimization §4), and the furthest zone is 14 hours away.
 */
const plausibleClockError: Microseconds = 26 * hour;

/** The two ends of a packet that holds clocks. */
export interface ClockContext {
  readonly frame: number;
  readonly atUs: Microseconds;
  readonly sourceMac: Mac | null;
  readonly source: Address;
  readonly destinationMac: Mac | null;
  readonly destination: Address;
}

/** A machine opens connections all day long. */
const sparing: Readonly<Record<ClockRecord['protocol'], Microseconds>> = {
  ntp: minute,
  smb2: minute,
  kerberos: minute,
  'kerberos-client': minute,
  tls: 5 * minute,
};

export class HostClocks {
  /** Times so far from that of the capture that they are no clock: most NTP clients of today send random ones. */
  implausible = 0;

  constructor(
    private readonly capture: string,
    private readonly memory: HourlyMemory,
    private readonly write: (record: ClockRecord) => void,
  ) {}

  learnNtp(message: NtpMessage, context: ClockContext): void {
    this.see(context.sourceMac, context.source, message.transmittedAtUs, 'ntp', context);
  }

  learnSmb(message: SmbNegotiation, context: ClockContext): void {
    this.see(context.sourceMac, context.source, message.systemTimeUs, 'smb2', context);
  }

  learnKerberos(message: KerberosError, context: ClockContext): void {
    this.see(context.sourceMac, context.source, message.serverTimeUs, 'kerberos', context);
    this.see(context.destinationMac, context.destination, message.clientTimeUs, 'kerberos-client', context);
  }

  /** `gmtUnixTime`: whole seconds, the rest cut off: the middle of the second is meant. */
  learnTls(gmtUnixTime: number, context: ClockContext): void {
    this.see(context.sourceMac, context.source, gmtUnixTime * second + second / 2, 'tls', context);
  }

  private see(
    mac: Mac | null,
    address: Address,
    hostTime: Microseconds | undefined,
    protocol: ClockRecord['protocol'],
    { atUs, frame }: ClockContext,
  ): void {
    if (mac === null || mac === 0 || isGroupMac(mac) || hostTime === undefined) return;
    if (Math.abs(hostTime - atUs) > plausibleClockError) {
      // Random octets are as good in a ClientHello: there a time that is none says nothing of the client.
      if (protocol !== 'tls') this.implausible++;
      return;
    }
    if (!this.memory.isNew(atUs, `clock ${mac} ${address} ${protocol} ${Math.floor(atUs / sparing[protocol])}`)) return;
    this.write({ capture: this.capture, frame, mac, address, hostTime, capturedAt: atUs, protocol });
  }
}
