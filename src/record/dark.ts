/** `dark` and `claim`: who turned to an address that nobody has, with the proof that nobody has it. */

import { z } from 'zod';
import { address, choice, count, instant, json, mac, text, uint32 } from './field.ts';
import { defineKind, type RecordOf } from './kind.ts';

export const claimStates = ['unknown', 'verify', 'dark', 'held', 'released', 'alive'] as const;
export type ClaimState = (typeof claimStates)[number];

/** Microseconds since the epoch. */
const times = z.array(z.number().int());

export const claimKind = defineKind({
  name: 'claim',
  nature: 'fact',
  description: 'One change of state of an address that was asked for, with what it rests on.',
  identity: ['sensor', 'interface', 'target', 'at', 'to'],
  schema: z.strictObject({
    sensor: text('Name of the box, from the configuration.'),
    interface: text('The service port.'),
    mode: choice(['dry-run', 'answer'], 'In dry-run nothing is sent, so that silence proves less.'),
    at: instant('When it changed.'),
    target: address('The address that was asked for.'),
    from: choice(claimStates, 'State before.'),
    to: choice(claimStates, 'State after.'),
    because: text('What it rests on.'),
    mac: mac('The asker that began it, or the owner that was found.').nullable(),
    solicitedAt: instant('When the first solicitation for it was heard.'),
    probesAt: json(times, 'When own solicitations for it were sent: microseconds since the epoch.'),
  }),
});
export type ClaimRecord = RecordOf<typeof claimKind>;

const service = z.strictObject({ protocol: z.number().int(), port: z.number().int().nullable(), packets: z.number().int() });

export const darkKind = defineKind({
  name: 'dark',
  nature: 'fact',
  description: 'A slice of the contact of one asker with one dark address, with the proof that it was dark. Sums are over the slices.',
  identity: ['sensor', 'interface', 'askerMac', 'target', 'claimedAt', 'slice'],
  schema: z.strictObject({
    sensor: text('Name of the box, from the configuration.'),
    interface: text('The service port.'),
    mode: choice(['dry-run', 'answer'], 'In dry-run nobody was answered, so that no packets followed.'),
    askerMac: mac('The machine that asked.'),
    askerAddress: address('The address that it asked from.'),
    target: address('The dark address.'),
    solicitedAt: instant('When the first solicitation for it was heard.'),
    probesAt: json(times, 'When own solicitations for it were sent, to which nobody answered: microseconds since the epoch.'),
    claimedAt: instant('When silence was taken as proof.'),
    toldAt: instant('When this asker was, or in dry-run would have been, answered first.'),
    slice: uint32('Number of this slice, from 0. The first is written when the asker is told.'),
    from: instant('Start of the slice.'),
    to: instant('End of the slice.'),
    solicitations: count('Solicitations by this asker in this slice.'),
    packets: count('Packets that it sent to the dark address in this slice.'),
    octets: count('Octets of these on the wire.'),
    firstAt: instant('First of these packets.').nullable(),
    lastAt: instant('Last of these packets.').nullable(),
    services: json(z.array(service), 'IP protocol, port (for ICMP the type) and packets.'),
    payload: text('Start of the first data that it sent, as text that is safe to print.').nullable(),
    evidence: text('The capture file that holds the packets; null where none was kept.').nullable(),
    ended: text('Why the claim ended, in its last slice.').nullable(),
  }),
});
export type DarkRecord = RecordOf<typeof darkKind>;

export const visibilityVerdicts = ['sees', 'partly', 'blind', 'unknown'] as const;
export type VisibilityVerdict = (typeof visibilityVerdicts)[number];

export const visibilityKind = defineKind({
  name: 'visibility',
  nature: 'fact',
  description: 'How much of a link the box can hear. Written when the verdict changes, and hourly.',
  identity: ['sensor', 'interface', 'at'],
  schema: z.strictObject({
    sensor: text('Name of the box, from the configuration.'),
    interface: text('The service port of the link.'),
    at: instant('When it was judged.'),
    verdict: choice(visibilityVerdicts, 'Whether solicitations to groups that nobody joined reach the box.'),
    asked: count('Random groups that were asked for the test; 0 where it was judged by what hosts do on their own.'),
    shown: count('Of these groups, those that a mirror port showed.'),
    because: text('What it rests on.'),
  }),
});
export type VisibilityRecord = RecordOf<typeof visibilityKind>;
