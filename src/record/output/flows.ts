/** One line of `yoban flows --format json`. A published contract: fields are only added within a major version. */

import { z } from 'zod';
import { formatAddress, formatMac } from '../../base/address.ts';
import { formatTime } from '../../base/time.ts';
import { applications } from '../application.ts';
import { communityId } from '../communityId.ts';
import type { FlowRecord } from '../flow.ts';
import { confidences, hostStates } from '../interval.ts';
import { destinationStatuses } from '../judged.ts';
import { isoInstant } from './instant.ts';

const end = z.strictObject({
  mac: z.string().nullable(),
  address: z.string().nullable(),
  port: z.number().int().nullable(),
  packets: z.number().int(),
  octets: z.number().int(),
});

/** How one host's share of the slice was judged in one of its states. */
export const flowJudgement = z.strictObject({
  host: z.string(),
  state: z.enum(hostStates),
  confidence: z.enum(confidences),
  /** Start of the machine interval that says so. */
  intervalFrom: isoInstant.nullable(),
  /** What the far end is called. */
  name: z.string().nullable(),
  /** Before contradictions and amounts are looked at: see the report. */
  status: z.enum(destinationStatuses),
  rule: z.string().nullable(),
});
export type FlowJudgement = z.infer<typeof flowJudgement>;

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
  /** Empty for what no host with a log took part in. */
  judged: z.array(flowJudgement),
});
export type FlowOutput = z.infer<typeof flowOutput>;

export function describeFlow(flow: FlowRecord, judged: FlowJudgement[] = []): FlowOutput {
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
    judged,
  };
}
