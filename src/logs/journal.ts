/**
 * Entries of the systemd journal (`journalctl -o json`; Journal JSON Format, and `sd-messages.h` for the message ids).
 *
 * systemd has no event ids: those that matter get a number of Yoban's own, everything else is 0 and only proves that the
 * machine ran.
 */

import { type Fault, malformed } from '../base/octets.ts';
import { type EventData, type EventRecord, eventIdentity, hostOf } from '../record/event.ts';
import { parseWhole } from './eventRecord.ts';
import { type JsonObject, textAt } from './jsonField.ts';

export const journalProvider = 'systemd';

/** Event ids under provider `systemd`, by MESSAGE_ID. */
const eventIds: ReadonlyMap<string, number> = new Map([
  ['6bbd95ee977941e497c48be27c254128', 1],
  ['8811e6df2a8e40f58a94cea26f8ebf14', 2],
  ['98268866d1d54a499c4e98921d93bc40', 3],
  ['8d45620c1a4348dbb17410da57c60c66', 4],
  ['3354939424b4456d9802ca8333ed424a', 5],
  ['c7a787079b354eaaa9e77b371893cd27', 6],
]);

/** Fields that the timeline reads. */
const kept = ['_BOOT_ID', 'SLEEP', 'SESSION_ID', 'USER_ID'] as const;

export function journalRecord(object: JsonObject, at: number): EventRecord | Fault {
  const time = parseWhole(textAt(object, '__REALTIME_TIMESTAMP') ?? '', Number.MAX_SAFE_INTEGER);
  if (time === undefined) return malformed('event-json', at, '__REALTIME_TIMESTAMP is not a number');
  const computer = textAt(object, '_HOSTNAME') ?? '';
  const eventId = eventIds.get((textAt(object, 'MESSAGE_ID') ?? '').toLowerCase()) ?? 0;
  const data: EventData = [];
  for (const name of kept) {
    const value = textAt(object, name);
    if (value !== undefined) data.push([name, value]);
  }
  const record = {
    host: hostOf(computer),
    channel: 'journal',
    recordId: sequenceOf(object),
    provider: journalProvider,
    eventId,
    version: null,
    qualifiers: null,
    time,
    computer,
    data: eventId === 0 ? data.filter(([name]) => name === '_BOOT_ID') : data,
    recovered: false,
  };
  return { id: eventIdentity(record), ...record };
}

/** `__SEQNUM` of newer versions, else the `i=` of the cursor, hexadecimal. */
function sequenceOf(object: JsonObject): number | null {
  const stated = parseWhole(textAt(object, '__SEQNUM') ?? '', Number.MAX_SAFE_INTEGER);
  if (stated !== undefined) return stated;
  const found = /(?:^|;)i=([0-9a-f]{1,13})(?:;|$)/.exec(textAt(object, '__CURSOR') ?? '');
  return found ? Number.parseInt(found[1] as string, 16) : null;
}
