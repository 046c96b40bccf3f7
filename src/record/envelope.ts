/**
 * The envelope of an explanation: how much of this traffic is normal for one host while no user starts any.
 *
 * A name or a protocol tells why there is traffic, not how much of it. A tunnel hides in well-formed packets to the
 * proper resolver; what it cannot hide is their number, their size and the names that it asks for.
 */

import { z } from 'zod';

const positive = z.number().int().min(1);

/**
 * What the headers of one packet may take: Ethernet with a tag 18, IPv6 40, TCP 20 and its time stamps 12. Without it the
 * acknowledgements of a large download would look like an upload.
 */
export const headerOctets = 90;

/** Quantities that are summed over a stretch of time, over all destinations that one rule explains to one host. */
export const amounts = z
  .strictObject({
    sentPackets: positive.optional().describe('Packets that the host sent.'),
    sentOctets: positive.optional().describe('Octets that it sent, link header included.'),
    receivedPackets: positive.optional().describe('Packets unicast to the host.'),
    receivedOctets: positive.optional().describe('Octets unicast to it, link header included.'),
    sentData: positive.optional().describe('Octets that it sent beyond those that headers may take: 90 a packet.'),
    farEnds: positive.optional().describe('Different far ends that it dealt with.'),
  })
  .refine((some) => Object.keys(some).length > 0, 'an amount bounds something: packets, octets, data or far ends');
export type Amounts = z.infer<typeof amounts>;
export type Quantity = keyof Amounts;

/** Stretches of time for which there may be bounds, shortest first, in minutes. */
export const stretches = { perMinute: 1, perHour: 60, perDay: 1440 } as const;
export type Stretch = keyof typeof stretches;

export const envelope = z
  .strictObject({
    perMinute: amounts.optional().describe('At most so much in any UTC minute.'),
    perHour: amounts.optional().describe('At most so much in any 60 minutes.'),
    perDay: amounts.optional().describe('At most so much in any 24 hours.'),
    sentOctetsPerPacket: positive.optional().describe('Mean size of the packets that the host sends within an hour, of at least ten.'),
    receivedOctetsPerPacket: positive.optional().describe('Mean size of the packets that it is sent within an hour, of at least ten.'),
    namesPerDomain: positive.optional().describe('DNS: different names below one domain within an hour.'),
    longestName: positive.max(253).optional().describe('DNS: characters of a name.'),
    source: z.string().min(5).describe('Where the bounds come from.'),
  })
  .refine((bounds) => Object.keys(bounds).length > 1, 'an envelope has a bound beside its source')
  .refine(isWidening, 'a bound of a longer stretch lies below that of a shorter one, which it makes meaningless');
export type Envelope = z.infer<typeof envelope>;

function isWidening(bounds: Readonly<Partial<Record<Stretch, Amounts | undefined>>>): boolean {
  const order = Object.keys(stretches) as Stretch[];
  return order.every((longer, i) =>
    order
      .slice(0, i)
      .every((shorter) =>
        Object.entries(bounds[longer] ?? {}).every(
          ([quantity, bound]) => (bounds[shorter]?.[quantity as Quantity] ?? 0) <= (bound as number),
        ),
      ),
  );
}

/**
 * Of a rule with a pattern that names no envelope of its own. Services ask and are answered: what they send is questions,
 * reports and certificates. Downloads of any size are normal for updates, and so are the acknowledgements of a few gigabytes.
 */
export const envelopeOfNames: Envelope = {
  perHour: { sentPackets: 2_000_000, sentData: 10_000_000 },
  perDay: { sentData: 40_000_000 },
  source: 'Yoban: services of a resting host ask and report, at most some megabytes an hour',
};
