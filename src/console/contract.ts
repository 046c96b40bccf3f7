/** What the API answers, as schemas: made of what the command line prints, and published the same way: fields are only added. */

import { z } from 'zod';
import { confidences, hostStates } from '../record/interval.ts';
import { destinationStatuses } from '../record/judged.ts';
import { accountOutput } from '../record/output/account.ts';
import { flowOutput } from '../record/output/flows.ts';
import { isoInstant } from '../record/output/instant.ts';
import { reportDestination, reportHost } from '../record/output/report.ts';
import { policies } from './inquiry.ts';

const whole = z.number().int();
const window = { from: isoInstant.nullable(), to: isoInstant.nullable() };
/** A page of rows; `next` is the number of the page after it. */
const paged = <T extends z.ZodType>(item: T) => z.strictObject({ ...window, items: z.array(item), next: whole.nullable() });

const identified = reportDestination.extend({ id: z.string() });

export const hostLine = z.strictObject({
  host: z.string(),
  mac: z.string(),
  hasLog: z.boolean(),
  addresses: z.array(z.string()),
  hours: z.record(z.string(), z.number()),
  packets: whole,
  explained: whole,
  openFarEnds: whole,
  priority: z.number(),
  doubts: z.array(z.string()),
});

export const overviewAnswer = z.strictObject({
  ...window,
  policy: z.enum(policies),
  balanced: z.boolean(),
  notes: z.array(z.string()),
  /** The most suspicious far ends, at most fifty; `openInAll` says how many there are. */
  open: z.array(
    z.strictObject({ hosts: z.array(z.strictObject({ host: z.string(), mac: z.string() })), packets: whole, destination: identified }),
  ),
  openInAll: whole,
  hosts: z.array(hostLine),
  hostsInAll: whole,
});
export const hostsAnswer = paged(hostLine);
export const hostAnswer = reportHost.extend({ ...window, destinations: z.array(identified), destinationsInAll: whole });
export const curveAnswer = z.strictObject({
  ...window,
  /** Seconds that one point of the curve stands for. */
  stepSeconds: whole,
  /** Seconds since the epoch; the next lists run in parallel. */
  at: z.array(whole),
  sent: z.array(whole),
  received: z.array(whole),
  open: z.array(whole),
  intervals: z.array(z.strictObject({ axis: z.enum(['machine', 'person']), state: z.string(), from: isoInstant, to: isoInstant })),
  events: z.array(z.strictObject({ at: isoInstant, provider: z.string(), eventId: whole })),
});
export const destinationAnswer = z.strictObject({
  ...window,
  id: z.string(),
  name: z.string().nullable(),
  address: z.string().nullable(),
  protocol: z.string(),
  port: whole.nullable(),
  application: z.string().nullable(),
  direction: reportDestination.shape.direction,
  scope: reportDestination.shape.scope,
  cast: reportDestination.shape.cast,
  nameProof: reportDestination.shape.nameProof,
  roles: z.array(z.string()),
  status: z.enum(destinationStatuses),
  reason: z.string().nullable(),
  rule: z.string().nullable(),
  source: z.string().nullable(),
  /** Hosts that exchanged something with it that no user started. */
  hosts: z.array(z.strictObject({ host: z.string(), mac: z.string(), destination: identified })),
});
export const minutesAnswer = paged(
  z.strictObject({
    mac: z.string(),
    minute: isoInstant,
    state: z.enum(hostStates),
    confidence: z.enum(confidences),
    destination: z.string(),
    peerAddress: z.string().nullable(),
    sentPackets: whole,
    sentOctets: whole,
    receivedPackets: whole,
    receivedOctets: whole,
    firstAt: isoInstant,
    lastAt: isoInstant,
    contradiction: z.boolean(),
  }),
);
export const flowsAnswer = paged(flowOutput);
export const eventsAnswer = paged(
  z.strictObject({
    id: z.string(),
    time: isoInstant,
    host: z.string(),
    channel: z.string(),
    recordId: whole.nullable(),
    provider: z.string(),
    eventId: whole,
    data: z.array(z.tuple([z.string(), z.string()])),
    recovered: z.boolean(),
  }),
);
export const capturesAnswer = paged(
  z.strictObject({
    id: z.string(),
    kind: z.string(),
    format: z.string(),
    name: z.string(),
    state: z.string(),
    octets: whole,
    frames: whole,
    records: whole,
    firstAt: isoInstant.nullable(),
    lastAt: isoInstant.nullable(),
    faults: z.array(z.strictObject({ layer: z.string(), kind: z.string(), count: whole })),
  }),
);
export const explanationsAnswer = paged(
  z.strictObject({
    id: z.string(),
    pattern: z.string().nullable(),
    protocol: z.string(),
    scope: z.string(),
    breadth: z.string(),
    platform: z.string(),
    reason: z.string(),
    source: z.string(),
    lastVerified: z.string(),
  }),
);
export const healthAnswer = accountOutput.extend({ totals: z.record(z.string(), whole) });
export const faultAnswer = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string(), advice: z.string() }) });
