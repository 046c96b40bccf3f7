/** One line of `yoban flows --format json`. A published contract: fields are only added within a major version. */

import { z } from 'zod';
import { formatAddress, formatMac } from '../../base/address.ts';
import { formatTime } from '../../base/time.ts';
import { communityId } from '../communityId.ts';
import { applications, type FlowRecord } from '../flow.ts';
import { isoInstant } from './instant.ts';

const end = z.strictObject({
  mac: z.string().nullable(),
  address: z.string().nullable(),
  port: z.number().int().nullable(),
  packets: z.number().int(),
  octets: z.number().int(),
});

export const flowOutput = z.strictObject({
  firstAt: isoInstant,
  lastAt: isoInstant,
  /** Community ID v1; null for what is no IP conversation. */
  communityId: z.string().nullable(),
  capture: z.string(),
  interface: z.number().int(),
  vlans: z.array(z.number().int()),
  etherType: z.number().int(),
  protocol: z.number().int().nullable(),
  icmpType: z.number().int().nullable(),
  icmpCode: z.number().int().nullable(),
  application: z.enum(applications).nullable(),
  serverName: z.string().nullable(),
  source: end,
  destination: end,
});
export type FlowOutput = z.infer<typeof flowOutput>;

export function describeFlow(flow: FlowRecord): FlowOutput {
  const { capture, interface: index, vlans, etherType, protocol, icmpType, icmpCode, application, serverName } = flow;
  return {
    firstAt: formatTime(flow.firstAt),
    lastAt: formatTime(flow.lastAt),
    communityId: communityId(flow),
    capture,
    interface: index,
    vlans,
    etherType,
    protocol,
    icmpType,
    icmpCode,
    application,
    serverName,
    source: {
      mac: flow.sourceMac === null ? null : formatMac(flow.sourceMac),
      address: flow.sourceAddress === null ? null : formatAddress(flow.sourceAddress),
      port: flow.sourcePort,
      packets: flow.sourcePackets,
      octets: flow.sourceOctets,
    },
    destination: {
      mac: flow.destinationMac === null ? null : formatMac(flow.destinationMac),
      address: flow.destinationAddress === null ? null : formatAddress(flow.destinationAddress),
      port: flow.destinationPort,
      packets: flow.destinationPackets,
      octets: flow.destinationOctets,
    },
  };
}
