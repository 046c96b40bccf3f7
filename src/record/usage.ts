/** `usage`: who used which address of a link, when, and by what evidence. */

import { z } from 'zod';
import { address, count, instant, json, mac, text } from './field.ts';
import { defineKind, type RecordOf } from './kind.ts';

/**
 * By what an address is known to be used. `packet`: any packet sent from it; `neighbor-cache`: another host checks an entry that it
 * has; `duplicate-probe`: its owner is just taking it.
 */
export const usageEvidences = ['packet', 'ndp', 'arp', 'dhcp', 'dhcpv6', 'mld', 'neighbor-cache', 'duplicate-probe'] as const;
export type UsageEvidence = (typeof usageEvidences)[number];

export const usageKind = defineKind({
  name: 'usage',
  nature: 'fact',
  description:
    'A stretch of time in which a device was seen to use an address. Begun when the address is new or changes its device, else hourly.',
  identity: ['sensor', 'interface', 'address', 'mac', 'firstAt'],
  schema: z.strictObject({
    sensor: text('Name of the box, from the configuration.'),
    interface: text('The service port whose link it was.'),
    address: address('The address.'),
    mac: mac('The device that used it.'),
    firstAt: instant('When it was first seen in this stretch.'),
    lastAt: instant('When it was last seen in this stretch.'),
    evidence: json(z.array(z.enum(usageEvidences)), 'What showed it, each kind once.'),
    frames: count('Frames that showed it.'),
  }),
});
export type UsageRecord = RecordOf<typeof usageKind>;
