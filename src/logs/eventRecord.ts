/**
 * The XML of one Windows event → an `event` record. Shape: the event schema of Windows (`System`, then `EventData`,
 * `UserData`, `DebugData` or `ProcessingErrorData`; `RenderingInfo` is prose in the language of the host and is left out).
 */

import { deriveId } from '../base/ids.ts';
import { type Fault, malformed } from '../base/octets.ts';
import { parseTime } from '../base/time.ts';
import { type EventData, type EventRecord, eventIdentity, hostOf } from '../record/event.ts';
import { attributeOf, childOf, hasElements, textOf, type XmlElement } from './xmlElement.ts';

export interface EventNumber {
  readonly eventId: number;
  readonly qualifiers: number | null;
}

/**
 * An event id, or the 32-bit instance id that `Get-EventLog` prints: its low 16 bits are the event id, its high word the
 * qualifiers of classic providers. `undefined` when it is no such number.
 */
export function parseEventNumber(given: string | number, givenQualifiers?: string | number): EventNumber | undefined {
  const id = wholeOf(given, 0xffff_ffff);
  if (id === undefined) return undefined;
  const stated = givenQualifiers === undefined ? undefined : wholeOf(givenQualifiers, 0xffff);
  const implied = id > 0xffff ? id >>> 16 : null;
  return { eventId: id & 0xffff, qualifiers: stated ?? implied };
}

function wholeOf(given: string | number, most: number): number | undefined {
  if (typeof given === 'string') return parseWhole(given, most);
  return given <= most ? given : undefined;
}

/** A whole number in decimal or `0x` form up to `most`; `undefined` for anything else. */
export function parseWhole(text: string, most: number): number | undefined {
  const trimmed = text.trim();
  if (!/^(\d{1,20}|0[xX][0-9a-fA-F]{1,16})$/.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return value <= most ? value : undefined;
}

/** `at`: where the event begins in its file, for the fault. */
export function recordOf(event: XmlElement, at: number, recovered = false): EventRecord | Fault {
  const fault = (because: string) => malformed('event', at, because);
  const system = childOf(event, 'System');
  if (!system) return fault('Event without System');
  const provider = childOf(system, 'Provider');
  const name = attributeOf(provider, 'Name') ?? attributeOf(provider, 'EventSourceName');
  if (name === undefined) return fault('Event without Provider Name');
  const idElement = childOf(system, 'EventID');
  const number = parseEventNumber(textOf(idElement) ?? '', attributeOf(idElement, 'Qualifiers'));
  if (!number) return fault('EventID is not a number of 32 bits');
  // SystemTime is UTC by the event schema. Windows writes the Z; tools such as EvtxECmd leave it out and print UTC all the same.
  const time = parseTime(attributeOf(childOf(system, 'TimeCreated'), 'SystemTime') ?? '', 'utc');
  if (time === undefined) return fault('TimeCreated SystemTime is not an instant');
  const recordIdText = textOf(childOf(system, 'EventRecordID'));
  const recordId = recordIdText === undefined ? null : parseWhole(recordIdText, Number.MAX_SAFE_INTEGER);
  if (recordId === undefined) return fault('EventRecordID is not a number');
  const computer = textOf(childOf(system, 'Computer')) ?? '';
  const record = {
    host: hostOf(computer),
    channel: textOf(childOf(system, 'Channel')) ?? '',
    recordId,
    provider: name,
    eventId: number.eventId,
    version: parseWhole(textOf(childOf(system, 'Version')) ?? '', 0xffff) ?? null,
    qualifiers: number.qualifiers,
    time,
    computer,
    data: dataOf(event),
  };
  return identified(record, recovered);
}

/** A recovered record may be an older copy of a live one: it must not take its place where events are told apart by id. */
export function identified(fields: Omit<EventRecord, 'id' | 'recovered'>, recovered: boolean): EventRecord {
  const record = { ...fields, recovered };
  const identity = eventIdentity(record);
  return { id: recovered ? deriveId('recovered', identity, record.time, JSON.stringify(record.data)) : identity, ...record };
}

/** Octets of a `Binary` element are left out: no event that Yoban reads says anything in them. */
function dataOf(event: XmlElement): EventData {
  const data: EventData = [];
  for (const child of event.children) {
    if (typeof child === 'string') continue;
    if (child.name === 'EventData') {
      for (const datum of child.children) {
        if (typeof datum === 'string' || datum.name === 'Binary') continue;
        if (datum.name === 'Data') data.push([attributeOf(datum, 'Name') ?? '', wholeTextOf(datum)]);
        else collectLeaves(datum, data);
      }
    } else if (child.name === 'UserData' || child.name === 'DebugData' || child.name === 'ProcessingErrorData') {
      for (const inside of child.children) {
        // The provider's own wrapper, empty: it only says that there is nothing (`<ServiceShutdown/>` of 1100).
        if (typeof inside !== 'string' && inside.children.length > 0) collectLeaves(inside, data);
      }
    }
  }
  return data;
}

/** The text of an element and of all elements inside. Depth is bounded by the readers. */
function wholeTextOf(element: XmlElement): string {
  let text = '';
  for (const child of element.children) text += typeof child === 'string' ? child : wholeTextOf(child);
  return text;
}

/** UserData has a shape of its own for each provider: every innermost element is one datum. */
function collectLeaves(element: XmlElement, data: EventData): void {
  if (!hasElements(element)) {
    data.push([attributeOf(element, 'Name') ?? element.name.replace(/^.*:/, ''), textOf(element) ?? '']);
    return;
  }
  for (const child of element.children) if (typeof child !== 'string') collectLeaves(child, data);
}
