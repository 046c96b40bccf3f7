/** EAP over LAN (IEEE 802.1X-2020 §11) and the identity in it (EAP: RFC 3748 §4, §5.1). */

import { type Decoded, inner, latin1, type Region, uint8, uint16, within } from '../base/octets.ts';
import { OctetBuilder } from './octetBuilder.ts';

export const eapolType = { eap: 0, start: 1, logoff: 2, key: 3 } as const;
const eap = { response: 2, identity: 1 } as const;

export interface EapolMessage {
  readonly version: number;
  /** Of `eapolType`, or another. */
  readonly type: number;
  /** Who the host says it is; often anonymous. */
  readonly identity: string | undefined;
}

/** `region` is what follows the EtherType. Copied. */
export function readEapol(region: Region): Decoded<EapolMessage> {
  const fault = within(region, 4, 'eapol');
  if (fault) return fault;
  const { octets, at } = region;
  const length = uint16(octets, at + 2);
  const cut = within(region, 4 + length, 'eapol');
  if (cut) return cut;
  const type = uint8(octets, at + 1);
  const body = inner(region, 4, length, 'eapol.length');
  return { version: uint8(octets, at), type, identity: type === eapolType.eap ? readIdentity(body) : undefined };
}

function readIdentity(body: Region): string | undefined {
  if (within(body, 5, 'eap')) return undefined;
  const { octets, at } = body;
  const length = uint16(octets, at + 2);
  if (uint8(octets, at) !== eap.response || uint8(octets, at + 4) !== eap.identity || length < 5 || within(body, length, 'eap'))
    return undefined;
  return latin1(octets, at + 5, length - 5);
}

/** An EAPOL-Start, as a supplicant sends it when its link comes up. */
export function encodeEapolStart(): Uint8Array {
  return new OctetBuilder().uint8(2).uint8(eapolType.start).uint16(0).finish();
}

export function encodeEapIdentity(identity: string): Uint8Array {
  const length = 5 + identity.length;
  return new OctetBuilder()
    .uint8(2)
    .uint8(eapolType.eap)
    .uint16(length)
    .uint8(eap.response)
    .uint8(1)
    .uint16(length)
    .uint8(eap.identity)
    .latin1(identity)
    .finish();
}
