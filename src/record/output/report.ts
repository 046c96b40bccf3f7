/** What `yoban report --format json` prints. A published contract: fields are only added within a major version. */

import { z } from 'zod';
import { correctionStatuses } from '../correction.ts';
import { confidences, hostStates } from '../interval.ts';
import { destinationStatuses, nameProofs } from '../judged.ts';
import { countsByName, isoInstant } from './instant.ts';

/** How far the clock of a log is from that of the sensor. */
export const clockOutput = z.strictObject({
  /** In the time of the log, and how far it holds. */
  from: isoInstant,
  to: isoInstant,
  status: z.enum(correctionStatuses),
  /** To add to times of the log; 0 unless they are moved. */
  offsetSeconds: z.number(),
  /** How far the true difference may lie from it; null where nothing is known. */
  uncertaintySeconds: z.number().nullable(),
  wakeEdges: z.number().int(),
  stamps: z.number().int(),
  reason: z.string(),
});
export type ClockOutput = z.infer<typeof clockOutput>;

export const reportDestination = z.strictObject({
  name: z.string().nullable(),
  address: z.string().nullable(),
  protocol: z.string(),
  port: z.number().int().nullable(),
  scope: z.enum(['outside', 'inside']),
  packets: z.number().int(),
  octets: z.number().int(),
  status: z.enum(destinationStatuses),
  reason: z.string().nullable(),
  rule: z.string().nullable(),
  source: z.string().nullable(),
  /** 0 to 100; the higher, the earlier an analyst should look. */
  priority: z.number(),
  /** Why the priority is what it is, most weighty first. */
  because: z.array(z.string()),
  application: z.string().nullable(),
  direction: z.enum(['outgoing', 'incoming']),
  cast: z.enum(['unicast', 'multicast', 'broadcast']),
  nameProof: z.enum(nameProofs).nullable(),
  sentPackets: z.number().int(),
  receivedPackets: z.number().int(),
  firstAt: isoInstant,
  lastAt: isoInstant,
  /** The states in which it was judged, and how sure each is. `yoban flows` names the interval of each slice. */
  judged: z.array(z.strictObject({ state: z.enum(hostStates), confidence: z.enum(confidences) })),
});

/** Rows that are one matter: a far end whoever talks to it, many ports of one far end, one service of many addresses. */
export const reportFinding = z.strictObject({
  kind: z.enum(['far-end', 'port-scan', 'address-sweep']),
  /** In words. */
  farEnd: z.string(),
  /** The one with the highest priority first. */
  hosts: z.array(z.string()),
  name: z.string().nullable(),
  /** Null where there are several, or none. */
  address: z.string().nullable(),
  protocol: z.string(),
  port: z.number().int().nullable(),
  scope: z.enum(['outside', 'inside']),
  direction: z.enum(['outgoing', 'incoming']),
  ports: z.number().int(),
  addresses: z.number().int(),
  /** Destinations of hosts taken together here. */
  rows: z.number().int(),
  packets: z.number().int(),
  octets: z.number().int(),
  status: z.enum(destinationStatuses),
  reason: z.string().nullable(),
  priority: z.number(),
  because: z.array(z.string()),
  firstAt: isoInstant,
  lastAt: isoInstant,
});

export const reportHost = z.strictObject({
  /** The computer name of its log, else its MAC address. */
  host: z.string(),
  /** An event log is known to belong to it; without one its state is unknown and nothing is judged. */
  hasLog: z.boolean(),
  mac: z.string().nullable(),
  addresses: z.array(z.string()),
  /** Hours in each state, the window of the report taken together. */
  hours: z.record(z.string(), z.number()),
  traffic: z.record(z.string(), z.strictObject({ packets: z.number().int(), octets: z.number().int() })),
  /** Packets that no user started under the policy: in all, and how many of them are explained. */
  noUserStarted: z.strictObject({ packets: z.number().int(), explained: z.number().int() }),
  destinations: z.array(reportDestination),
  /** How far the clock of its log is from that of the sensor, by stretches of the log; empty where clocks are taken as logged. */
  clock: z.array(clockOutput),
  /** What the analyst must know of this host before believing the rest. */
  notes: z.array(z.string()),
});

export const reportDarkAsker = z.strictObject({
  /** The computer name of its log, a name that it calls itself, or its MAC address. */
  host: z.string(),
  mac: z.string(),
  addresses: z.array(z.string()),
  kind: z.enum(['sweep', 'several', 'single']),
  severity: z.enum(['high', 'medium', 'low']),
  /** Why, most weighty first. */
  because: z.array(z.string()),
  /** Nobody was answered, so that no packets followed. */
  dryRun: z.boolean(),
  /** Addresses that nobody has, to which it turned. */
  targets: z.number().int(),
  someTargets: z.array(z.string()),
  solicitations: z.number().int(),
  packets: z.number().int(),
  octets: z.number().int(),
  /** `tcp/445`, `ipv6-icmp type 128`; most packets first. */
  services: z.array(z.strictObject({ name: z.string(), packets: z.number().int() })),
  /** Start of the first data that it sent. */
  payload: z.string().nullable(),
  /** Capture files in the folder `evidence` of the store. */
  evidence: z.array(z.string()),
  firstAt: isoInstant,
  lastAt: isoInstant,
});

export const reportOutput = z.strictObject({
  from: isoInstant.nullable(),
  to: isoInstant.nullable(),
  policy: z.enum(['sleep', 'no-person', 'strict']),
  hosts: z.array(reportHost),
  /** Who turned to addresses that nobody has, the worst first. */
  dark: z.array(reportDarkAsker),
  /** All that is not explained, what to look at first. */
  findings: z.array(reportFinding),
  /** Complaints that concern no single host: logs without a machine, units not yet judged. */
  notes: z.array(z.string()),
  totals: countsByName,
});
export type ReportOutput = z.infer<typeof reportOutput>;
export type ReportHost = z.infer<typeof reportHost>;
export type ReportFinding = z.infer<typeof reportFinding>;
export type ReportDestination = z.infer<typeof reportDestination>;
export type ReportDarkAsker = z.infer<typeof reportDarkAsker>;
