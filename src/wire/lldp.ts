/** Link Layer Discovery Protocol (IEEE 802.1AB-2016 §8): what a switch says about itself. */

import type { Mac } from '../base/address.ts';
import { type Decoded, latin1, type Region, uint8, uint16, uint48, within } from '../base/octets.ts';
import { OctetBuilder } from './octetBuilder.ts';

const tlv = { end: 0, chassis: 1, port: 2, timeToLive: 3, portDescription: 4, systemName: 5, systemDescription: 6 } as const;
const chassisIsMac = 4;
const portIsMac = 3;

export interface LldpMessage {
  /** When the chassis names itself by its MAC address. */
  readonly chassisMac: Mac | undefined;
  /** Text of the port identifier, unless it is an address. */
  readonly port: string | undefined;
  readonly timeToLiveSeconds: number | undefined;
  readonly portDescription: string | undefined;
  readonly systemName: string | undefined;
  readonly systemDescription: string | undefined;
}

/** `region` is what follows the EtherType. Every turn advances by at least two octets. Copied. */
export function readLldp(region: Region): Decoded<LldpMessage> {
  const found: { -readonly [K in keyof LldpMessage]: LldpMessage[K] } = {
    chassisMac: undefined,
    port: undefined,
    timeToLiveSeconds: undefined,
    portDescription: undefined,
    systemName: undefined,
    systemDescription: undefined,
  };
  let rest = region;
  for (;;) {
    const fault = within(rest, 2, 'lldp');
    if (fault) return fault;
    const header = uint16(rest.octets, rest.at);
    const length = header & 0x1ff;
    const cut = within(rest, 2 + length, 'lldp');
    if (cut) return cut;
    const valueAt = rest.at + 2;
    const text = () => latin1(rest.octets, valueAt, length);
    switch (header >>> 9) {
      case tlv.end:
        return found;
      case tlv.chassis:
        if (length === 7 && uint8(rest.octets, valueAt) === chassisIsMac) found.chassisMac = uint48(rest.octets, valueAt + 1);
        break;
      case tlv.port:
        if (length > 1 && uint8(rest.octets, valueAt) !== portIsMac) found.port = latin1(rest.octets, valueAt + 1, length - 1);
        break;
      case tlv.timeToLive:
        if (length >= 2) found.timeToLiveSeconds = uint16(rest.octets, valueAt);
        break;
      case tlv.portDescription:
        found.portDescription = text();
        break;
      case tlv.systemName:
        found.systemName = text();
        break;
      case tlv.systemDescription:
        found.systemDescription = text();
        break;
      default:
        break;
    }
    rest = { ...rest, at: valueAt + length };
  }
}

export interface LldpFields {
  readonly chassisMac: Mac;
  readonly port: string;
  readonly timeToLiveSeconds: number;
  readonly systemName?: string;
}

export function encodeLldp(fields: LldpFields): Uint8Array {
  const builder = new OctetBuilder();
  const header = (type: number, length: number) => builder.uint16((type << 9) | length);
  header(tlv.chassis, 7).uint8(chassisIsMac).uint48(fields.chassisMac);
  // Port identifier of kind 5: the interface's name.
  header(tlv.port, 1 + fields.port.length)
    .uint8(5)
    .latin1(fields.port);
  header(tlv.timeToLive, 2).uint16(fields.timeToLiveSeconds);
  if (fields.systemName !== undefined) header(tlv.systemName, fields.systemName.length).latin1(fields.systemName);
  return header(tlv.end, 0).finish();
}
