/** Events as PowerShell's `Get-EventLog` knows them: a 32-bit instance id, strings by position, whole seconds. */

import { formatTime, second } from '../../base/time.ts';
import { type EventRecord, eventIdentity } from '../../record/event.ts';

/** What is left of an event in that form. */
export function asEventLogEntry(event: EventRecord): EventRecord {
  const time = event.time - (event.time % second);
  // Providers with a manifest have an instance id that is the event id; the high word of the others are their qualifiers.
  const qualifiers = event.qualifiers === null || event.qualifiers === 0 ? null : event.qualifiers;
  const record = { ...event, time, qualifiers, version: null, data: event.data.map(([, value]): [string, string] => ['', value]) };
  return { ...record, id: eventIdentity(record) };
}

/** As `Get-EventLog System | ConvertTo-Json` of PowerShell 7 prints them, with the zone of the host in the times. */
export function encodeGetEventLog(events: readonly EventRecord[], log: string): string {
  const entries = events.map((event) => ({
    EventID: event.eventId,
    MachineName: event.computer,
    Index: event.recordId,
    Source: event.provider,
    InstanceId: (event.qualifiers ?? 0) * 0x1_0000 + event.eventId,
    ReplacementStrings: event.data.map(([, value]) => value),
    TimeGenerated: formatTime(event.time),
    LogName: log,
  }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}
