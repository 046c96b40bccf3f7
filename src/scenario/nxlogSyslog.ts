/**
 * Events as NXLog ships them with `to_syslog_ietf()`: RFC 5424, one message a line, the fields of `im_msvistalog` as structured
 * data. Host, provider, process and time stand in the header, with the zone of the host.
 */

import { formatTime, hour, type Microseconds, minute } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';
import { guidOf, systemFields } from './eventSystem.ts';

/** Facility user (1), severity informational (6). */
const priority = 14;

/** Names that the shipper uses itself: data of the same name does not get through. */
const ownFields: ReadonlySet<string> = new Set(
  'ProcessID ThreadID Version Task Keywords Channel Message Severity Category Domain AccountName AccountType UserID'.split(' '),
);

/** `offset`: of the zone of the host from UTC. */
export function encodeNxlogSyslog(events: readonly EventRecord[], offset: Microseconds = 9 * hour): string {
  return events.map((event) => `${message(event, offset)}\n`).join('');
}

function message(event: EventRecord, offset: Microseconds): string {
  const { provider, eventId, version, recordId, channel, computer, data } = event;
  const local = formatTime(event.time + offset).slice(0, -1);
  const fields: [string, string][] = [
    ['Keywords', '-9223372036854774780'],
    ['EventType', 'INFO'],
    ['EventID', String(eventId)],
    ['ProviderGuid', guidOf(event) ?? ''],
    ['Version', version === null ? '' : String(version)],
    ['Task', String(systemFields.task)],
    ['OpcodeValue', String(systemFields.opcode)],
    ['RecordNumber', String(recordId)],
    ['ThreadID', String(systemFields.threadId)],
    ['Channel', channel],
    ...data.filter(([name]) => name !== '' && !ownFields.has(name)),
    ['EventReceivedTime', local.slice(0, 19).replace('T', ' ')],
    ['SourceModuleName', 'eventlog'],
    ['SourceModuleType', 'im_msvistalog'],
  ];
  const structured = fields.filter(([, value]) => value !== '').map(([name, value]) => ` ${name}="${escapeValue(value)}"`);
  // What has no name is only in the message, as prose in the language of the host.
  const prose = data.filter(([name]) => name === '').map(([, value]) => value);
  const header = `<${priority}>1 ${local}${zone(offset)} ${computer} ${provider.replaceAll(' ', '_')} ${systemFields.processId} -`;
  return `${header} [NXLOG@14506${structured.join('')}] ${prose.join(' ').replaceAll('\n', ' ')}`;
}

/** RFC 5424 §6.3.3. */
const escapeValue = (text: string) => text.replace(/["\\\]]/g, (character) => `\\${character}`);

function zone(offset: Microseconds): string {
  const minutes = Math.abs(offset) / minute;
  const two = (number: number) => String(Math.floor(number)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
