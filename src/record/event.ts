/** `event`: one power, boot, session or clock event from the log of a host. */

import { z } from 'zod';
import { deriveId } from '../base/ids.ts';
import { count, instant, json, text, truth, uint16 } from './field.ts';
import { defineKind, type RecordOf } from './kind.ts';

/** Name and value of each datum in the order of the log; unnamed ones have an empty name. */
export const eventData = z.array(z.tuple([z.string(), z.string()]));
export type EventData = z.infer<typeof eventData>;

export const eventKind = defineKind({
  name: 'event',
  nature: 'fact',
  description: 'One event of the log of a host, as the log tells it.',
  identity: ['id'],
  schema: z.strictObject({
    id: text('Derived from host, channel and record id; where the log gives no record id, from the whole content.'),
    host: text('First label of the computer name, upper case: neither case nor domain suffix is identity.'),
    channel: text('`System`, `Security`, …; empty where the log does not say.'),
    recordId: count('EventRecordID: the order in which the log was written.').nullable(),
    provider: text('`Microsoft-Windows-Kernel-Power`, …; together with `eventId` it tells what happened.'),
    eventId: uint16('The low 16 bits of the instance id.'),
    version: uint16('Version of the event, which decides the fields it has.').nullable(),
    qualifiers: uint16('The high word of the instance id of classic providers.').nullable(),
    time: instant('TimeCreated. Not always when it happened, and not the order of writing.'),
    computer: text('The computer name as written.'),
    data: json(eventData, 'EventData, or what stands for it.'),
    recovered: truth('Found in slack space: never part of the live sequence.'),
  }),
});
export type EventRecord = RecordOf<typeof eventKind>;

/** The identity of a host from a computer name: `PC-7.corp.example` and `pc-7` are one. */
export function hostOf(computer: string): string {
  return (computer.split('.')[0] as string).trim().toUpperCase();
}

/** `record` without its id → the id. The same event read twice, from two forms of log, is one. */
export function eventIdentity(record: Omit<EventRecord, 'id'>): string {
  if (record.recordId !== null) return deriveId(record.host, record.channel, record.recordId);
  return deriveId(record.host, record.channel, record.provider, record.eventId, record.time, JSON.stringify(record.data));
}
