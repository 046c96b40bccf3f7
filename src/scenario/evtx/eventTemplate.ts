/**
 * The two templates that Windows makes an event of: one for the System part, shared by all events of manifest providers (a
 * classic provider has its own, with its name in it), and one for the data, shared by all events of one shape.
 */

import type { EventRecord } from '../../record/event.ts';
import { eventNamespace, guidOf, keywordsOf, lastDigitOf, systemFields, userDataOf } from '../eventSystem.ts';
import type { BinXmlWriter, SlotPlace } from './binXmlWriter.ts';
import { fileTime, guid, integer, nullValue, type TypedValue, text, textArray, type, typed } from './typedValue.ts';

export interface Template {
  /** Equal keys are one template. */
  readonly key: string;
  readonly write: (writer: BinXmlWriter) => void;
  readonly values: readonly TypedValue[];
}

/** Slots of the System part, as Windows numbers them. */
const slot = {
  level: 0,
  opcode: 1,
  task: 2,
  eventId: 3,
  qualifiers: 4,
  keywords: 5,
  time: 6,
  activity: 7,
  process: 8,
  thread: 9,
  recordId: 10,
  version: 11,
  user: 12,
  related: 13,
  provider: 14,
  guid: 15,
  channel: 16,
  data: 17,
} as const;

const place = (index: number, kind: number): SlotPlace => ({ slot: index, type: kind });

/** The last value is the place of the event's data, which is a fragment of its own and written by the caller. */
export function systemTemplate(event: EventRecord): Template {
  const isClassic = event.qualifiers !== null;
  const providerGuid = guidOf(event);
  return {
    key: `system ${isClassic ? event.provider : ''}\0${event.computer}`,
    write: (writer) => writeSystem(writer, event.computer, isClassic ? event.provider : undefined),
    values: [
      integer(type.uint8, 1, systemFields.level),
      integer(type.uint8, 1, systemFields.opcode),
      integer(type.uint16, 2, systemFields.task),
      integer(type.uint16, 2, event.eventId),
      event.qualifiers === null ? nullValue : integer(type.uint16, 2, event.qualifiers),
      integer(type.hex64, 8, keywordsOf(event)),
      fileTime(event.time, lastDigitOf(event)),
      nullValue,
      integer(type.uint32, 4, systemFields.processId),
      integer(type.uint32, 4, systemFields.threadId),
      integer(type.uint64, 8, event.recordId ?? 0),
      event.version === null ? nullValue : integer(type.uint8, 1, event.version),
      nullValue,
      nullValue,
      isClassic ? nullValue : text(event.provider),
      providerGuid === undefined ? nullValue : guid(providerGuid),
      text(event.channel),
      nullValue,
    ],
  };
}

function writeSystem(writer: BinXmlWriter, computer: string, classic: string | undefined): void {
  writer.element('Event', [['xmlns', eventNamespace]], () => {
    writer.element('System', [], () => {
      writer.element('Provider', [
        ['Name', classic ?? place(slot.provider, type.string)],
        ['Guid', place(slot.guid, type.guid)],
      ]);
      writer.leaf('EventID', place(slot.eventId, type.uint16), [['Qualifiers', place(slot.qualifiers, type.uint16)]]);
      writer.leaf('Version', place(slot.version, type.uint8));
      writer.leaf('Level', place(slot.level, type.uint8));
      writer.leaf('Task', place(slot.task, type.uint16));
      writer.leaf('Opcode', place(slot.opcode, type.uint8));
      writer.leaf('Keywords', place(slot.keywords, type.hex64));
      writer.element('TimeCreated', [['SystemTime', place(slot.time, type.fileTime)]]);
      writer.leaf('EventRecordID', place(slot.recordId, type.uint64));
      writer.element('Correlation', [
        ['ActivityID', place(slot.activity, type.guid)],
        ['RelatedActivityID', place(slot.related, type.guid)],
      ]);
      writer.element('Execution', [
        ['ProcessID', place(slot.process, type.uint32)],
        ['ThreadID', place(slot.thread, type.uint32)],
      ]);
      writer.leaf('Channel', place(slot.channel, type.string));
      writer.leaf('Computer', computer);
      writer.element('Security', [['UserID', place(slot.user, type.sid)]]);
    });
    writer.content(place(slot.data, type.binXml));
  });
}

/** EventData with a slot for each name, or with one array for the unnamed strings of classic providers, or UserData. */
export function dataTemplate(event: EventRecord): Template {
  const { data } = event;
  const names = data.map(([name]) => name);
  const user = userDataOf(event);
  if (user) {
    const values = data.map(([, value]) => typed(value));
    return {
      key: `user ${user.join('\0')}\0${names.join('\0')}\0${types(values)}`,
      values,
      write: (writer) =>
        writer.element('UserData', [], () =>
          writer.element(user[0], [['xmlns', user[1]]], () =>
            names.forEach((name, i) => {
              writer.leaf(name, datum(i, values));
            }),
          ),
        ),
    };
  }
  if (names.every((name) => name === '')) {
    return {
      key: 'strings',
      values: [textArray(data.map(([, value]) => value)), nullValue],
      write: (writer) =>
        writer.element('EventData', [], () => {
          writer.leaf('Data', place(0, type.stringArray));
          writer.leaf('Binary', place(1, type.binary));
        }),
    };
  }
  const values = data.map(([, value]) => typed(value));
  return {
    key: `data ${names.join('\0')}\0${types(values)}`,
    values,
    write: (writer) =>
      writer.element('EventData', [], () =>
        names.forEach((name, i) => {
          writer.leaf('Data', datum(i, values), name === '' ? [] : [['Name', name]]);
        }),
      ),
  };
}

const datum = (index: number, values: readonly TypedValue[]): SlotPlace => ({
  slot: index,
  type: (values[index] as TypedValue).type,
  required: true,
});
const types = (values: readonly TypedValue[]) => values.map((value) => value.type).join(' ');
