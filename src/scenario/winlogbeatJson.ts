/** Events as Winlogbeat 7 and 8 ship them: one ECS document a line (field names of its `winlog` module; `@timestamp` is TimeCreated). */

import { formatTime, minute } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';
import { guidOf, systemFields, userDataOf } from './eventSystem.ts';

export function encodeWinlogbeatJson(events: readonly EventRecord[]): string {
  return events.map((event) => `${JSON.stringify(document(event))}\n`).join('');
}

/** Milliseconds: what the shipper keeps of a time. */
const toMilliseconds = (text: string) => `${text.slice(0, 23)}Z`;

function document(event: EventRecord): object {
  const { provider, eventId, channel, computer, recordId, version } = event;
  const guid = guidOf(event);
  const user = userDataOf(event);
  const data = dataOf(event);
  return {
    '@timestamp': toMilliseconds(formatTime(event.time)),
    event: { code: String(eventId), created: toMilliseconds(formatTime(event.time + minute)), kind: 'event', provider },
    host: { name: computer },
    log: { level: 'information' },
    winlog: {
      api: 'wineventlog',
      channel,
      computer_name: computer,
      ...(user || Object.keys(data).length === 0 ? {} : { event_data: data }),
      event_id: String(eventId),
      opcode: 'Info',
      process: { pid: systemFields.processId, thread: { id: systemFields.threadId } },
      ...(guid === undefined ? {} : { provider_guid: guid }),
      provider_name: provider,
      record_id: recordId,
      ...(user ? { user_data: { ...data, xml_name: user[0] } } : {}),
      // Version 0 is left out, as an empty field.
      ...(version === null || version === 0 ? {} : { version }),
    },
  };
}

/** Empty values are left out; what has no name is called after its place (`param1`); the names are in order, not the data. */
function dataOf({ data }: EventRecord): Record<string, string> {
  const named = data.map(([name, value], i): [string, string] => [name === '' ? `param${i + 1}` : name, value]);
  return Object.fromEntries(named.filter(([, value]) => value !== '').sort(([a], [b]) => (a < b ? -1 : 1)));
}
