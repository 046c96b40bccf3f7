/** Events as `wevtutil qe System /f:xml` prints them: single quotes, seven digits of the second, one event a line, no root element. */

import { formatTime } from '../base/time.ts';
import type { EventRecord } from '../record/event.ts';
import { provider } from './windowsEvent.ts';

const namespace = 'http://schemas.microsoft.com/win/2004/08/events/event';

/** Providers with a manifest have a GUID; the task is that of Kernel-Power 506 and its like. */
const guids: Readonly<Record<string, string>> = {
  [provider.kernelPower]: '{331c3b3a-2005-44c2-ac5e-77220c37d6b4}',
  [provider.kernelGeneral]: '{a68ca8b7-004f-d7b6-a698-07e2de0f1f5d}',
  [provider.kernelBoot]: '{15ca44ff-4d7a-4baa-bba5-0998955e531e}',
  [provider.powerTroubleshooter]: '{cdc05e28-c449-49c6-b9d2-88cf761644df}',
  [provider.winlogon]: '{dbe9b383-7cf3-4331-91cc-a3cb16a3b538}',
  [provider.user32]: '{b0aa8734-56f7-41cc-b2f4-de228e98b946}',
  [provider.services]: '{555908d1-a6d7-4695-8e1e-26931d2012f4}',
  'Microsoft-Windows-Security-Auditing': '{54849625-5478-4994-a5ba-3e3b0328c30d}',
  'Microsoft-Windows-Eventlog': '{fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148}',
  'Microsoft-Windows-TerminalServices-LocalSessionManager': '{5d896912-022d-40aa-a3a8-4fa5515c76d7}',
};

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&apos;', '"': '&quot;' };
const escapeText = (text: string) => text.replace(/[&<>'"]/g, (character) => entities[character] as string);

/** `rooted`: in an `<Events>` element, as `/e:Events` does. */
export function encodeWevtutilXml(events: readonly EventRecord[], rooted = false): string {
  const lines = events.map((event) => `${encodeEvent(event)}\r\n`).join('');
  return rooted ? `<Events>${lines}</Events>\r\n` : lines;
}

function encodeEvent(event: EventRecord): string {
  const guid = guids[event.provider];
  const named = `<Provider Name='${escapeText(event.provider)}'${guid === undefined ? '' : ` Guid='${guid}'`}/>`;
  const id = event.qualifiers === null ? '<EventID>' : `<EventID Qualifiers='${event.qualifiers}'>`;
  const keywords = event.qualifiers === null ? '0x8000000000000404' : '0x80000000000000';
  const system = [
    named,
    `${id}${event.eventId}</EventID>`,
    `${event.version === null ? '' : `<Version>${event.version}</Version>`}<Level>4</Level><Task>0</Task><Opcode>0</Opcode><Keywords>${keywords}</Keywords>`,
    `<TimeCreated SystemTime='${sevenDigits(event)}'/>`,
    `<EventRecordID>${event.recordId ?? 0}</EventRecordID><Correlation/><Execution ProcessID='4' ThreadID='308'/>`,
    `<Channel>${escapeText(event.channel)}</Channel><Computer>${escapeText(event.computer)}</Computer><Security/>`,
  ];
  return `<Event xmlns='${namespace}'><System>${system.join('')}</System>${encodeData(event)}</Event>`;
}

/** The digit below a microsecond is not in the record; one that is not always zero stands for it. */
function sevenDigits(event: EventRecord): string {
  return `${formatTime(event.time).slice(0, -1)}${((event.recordId ?? 0) * 7) % 10}Z`;
}

/** Providers that write `UserData` instead: its element, and the namespace of that. */
function userDataOf({ provider: name, eventId }: EventRecord): readonly [string, string] | undefined {
  if (name === 'Microsoft-Windows-TerminalServices-LocalSessionManager') return ['EventXML', 'Event_NS'];
  if (name !== 'Microsoft-Windows-Eventlog') return undefined;
  return [eventId === 1100 ? 'ServiceShutdown' : 'LogFileCleared', 'http://manifests.microsoft.com/win/2004/08/windows/eventlog'];
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
