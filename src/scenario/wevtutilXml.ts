/** Events as `wevtutil qe System /f:xml` prints them: single quotes, seven digits of the second, one event a line, no root element. */

import { formatTime } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';
import { eventNamespace, guidOf, keywordsOf, lastDigitOf, systemFields, userDataOf } from './eventSystem.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&apos;', '"': '&quot;' };
const escapeText = (text: string) => text.replace(/[&<>'"]/g, (character) => entities[character] as string);

/** `rooted`: in an `<Events>` element, as `/e:Events` does. */
export function encodeWevtutilXml(events: readonly EventRecord[], rooted = false): string {
  const lines = events.map((event) => `${encodeEvent(event)}\r\n`).join('');
  return rooted ? `<Events>${lines}</Events>\r\n` : lines;
}

function encodeEvent(event: EventRecord): string {
  const guid = guidOf(event);
  const { level, task, opcode, processId, threadId } = systemFields;
  const named = `<Provider Name='${escapeText(event.provider)}'${guid === undefined ? '' : ` Guid='${guid}'`}/>`;
  const id = event.qualifiers === null ? '<EventID>' : `<EventID Qualifiers='${event.qualifiers}'>`;
  const system = [
    named,
    `${id}${event.eventId}</EventID>`,
    `${event.version === null ? '' : `<Version>${event.version}</Version>`}<Level>${level}</Level><Task>${task}</Task><Opcode>${opcode}</Opcode><Keywords>0x${keywordsOf(event).toString(16)}</Keywords>`,
    `<TimeCreated SystemTime='${sevenDigits(event)}'/>`,
    `<EventRecordID>${event.recordId ?? 0}</EventRecordID><Correlation/><Execution ProcessID='${processId}' ThreadID='${threadId}'/>`,
    `<Channel>${escapeText(event.channel)}</Channel><Computer>${escapeText(event.computer)}</Computer><Security/>`,
  ];
  return `<Event xmlns='${eventNamespace}'><System>${system.join('')}</System>${encodeData(event)}</Event>`;
}

function sevenDigits(event: EventRecord): string {
  return `${formatTime(event.time).slice(0, -1)}${lastDigitOf(event)}Z`;
}

function encodeData(event: EventRecord): string {
  const { data } = event;
  const userData = userDataOf(event);
  if (userData) {
    const leaves = data.map(([name, value]) => `<${name}>${escapeText(value)}</${name}>`).join('');
    return `<UserData><${userData[0]} xmlns='${userData[1]}'>${leaves}</${userData[0]}></UserData>`;
  }
  const cells = data.map(([name, value]) =>
    name === '' ? `<Data>${escapeText(value)}</Data>` : `<Data Name='${escapeText(name)}'>${escapeText(value)}</Data>`,
  );
  return `<EventData>${cells.join('')}</EventData>`;
}
