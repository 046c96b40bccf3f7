/**
 * An explanation of traffic that no user started: data that people write, review and keep under version control.
 *
 * A rule matches a destination by every condition that it names. It explains only what it is narrow enough to explain:
 * a host or suffix where anybody can rent a place (`breadth: shared`) never explains anything alone.
 */

import { z } from 'zod';
import { applications } from './application.ts';
import { envelope } from './envelope.ts';

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a day, such as 2021-01-10');
const portNumber = z.number().int().min(1).max(65_535);
const label = '(?:\\*|[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)';

export const explanation = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._/-]*$/, 'lower case, digits, dots, dashes and slashes')
      .describe('Stable name of the rule.'),
    pattern: z
      .string()
      .regex(new RegExp(`^${label}(\\.${label})+$`), 'a host name, *.suffix, or a name with * for one whole label')
      .refine((pattern) => !/^\*\.[^.]+$/.test(pattern) && !pattern.endsWith('.*'), 'a suffix needs at least two labels')
      .optional()
      .describe('Name of the far end: exact, `*.suffix` for every name below it, or `*` for exactly one inner label.'),
    protocol: z.enum(['tcp', 'udp', 'icmp', 'ipv6-icmp', 'igmp', 'arp']).describe('Protocol.'),
    port: z
      .union([portNumber, z.array(portNumber).min(2)])
      .refine((port) => !Array.isArray(port) || new Set(port).size === port.length, 'a port stands in the list only once')
      .optional()
      .describe('Port of the service, or a list of ports of which any will do.'),
    application: z.enum(applications).optional().describe('Application protocol, recognised by its octets.'),
    icmpTypes: z.array(z.number().int().min(0).max(255)).min(1).optional().describe('ICMP types.'),
    cast: z
      .array(z.enum(['unicast', 'multicast', 'broadcast']))
      .min(1)
      .optional()
      .describe('To whom it is addressed.'),
    direction: z
      .enum(['outgoing', 'incoming', 'either'])
      .optional()
      .describe('Who begins: the host, the far end, or either. Without it the host.'),
    role: z.enum(['router', 'resolver']).optional().describe('What the network taught about the far end.'),
    scope: z.enum(['outside', 'inside']).describe('On which side of the network the far end lies.'),
    reason: z.string().min(10).describe('Why the traffic happens.'),
    platform: z.string().min(1).describe('Operating system whose hosts do this.'),
    source: z.string().min(5).describe('Where the knowledge comes from.'),
    firstVerified: day.describe('When it was first seen to hold.'),
    lastVerified: day.describe('When it was last seen to hold.'),
    breadth: z
      .enum(['exact', 'vendor', 'shared', 'protocol'])
      .describe('One host; a suffix of one vendor; a host or suffix where anybody can rent a place; a protocol.'),
    envelope: envelope.optional().describe('How much of it is normal for one host. Without one, what is normal for any name.'),
  })
  .refine((rule) => rule.pattern !== undefined || rule.breadth === 'protocol', 'a rule without a pattern has the breadth protocol')
  .refine((rule) => rule.firstVerified <= rule.lastVerified, 'first verified lies after last verified')
  .refine((rule) => rule.breadth !== 'exact' || rule.pattern?.includes('*') === false, 'a rule of breadth exact has a pattern without *')
  .refine(
    (rule) =>
      rule.pattern !== undefined ||
      rule.application !== undefined ||
      rule.icmpTypes !== undefined ||
      rule.protocol === 'arp' ||
      rule.protocol === 'igmp',
    'a rule without a pattern names an application or ICMP types: a port number alone explains nothing',
  )
  .refine(
    (rule) => (rule.envelope?.namesPerDomain ?? rule.envelope?.longestName) === undefined || rule.application === 'dns',
    'only a rule for the application dns bounds the names that are asked for',
  );
export type Explanation = z.infer<typeof explanation>;

export const explanationFile = z
  .strictObject({
    about: z.string().describe('What this collection is.'),
    envelope: envelope.optional().describe('Of every explanation of this collection that names none.'),
    explanations: z.array(explanation).min(1),
  })
  .refine((file) => new Set(file.explanations.map((rule) => rule.id)).size === file.explanations.length, 'ids are unique');

/** The explanations of a file, each with the envelope that the file gives to those that name none. */
export function explanationsOf({ envelope: shared, explanations }: z.infer<typeof explanationFile>): Explanation[] {
  return explanations.map((rule) => (rule.envelope !== undefined || shared === undefined ? rule : { ...rule, envelope: shared }));
}
