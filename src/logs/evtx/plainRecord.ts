/**
 * The quick way from a record of a chunk to an event: for instances of the two plain templates that almost every record is made
 * of. Whatever is not plain, and all damage, is left to the general way (`instance.ts`), so that both give the same in the end.
 */

import { uint16LittleEndian, uint32LittleEndian } from '../../base/octets.ts';
import { type EventData, type EventRecord, hostOf } from '../../record/event.ts';
import { identified, parseEventNumber, parseWhole } from '../eventRecord.ts';
import type { ChunkSpace } from './binXml.ts';
import type { ElementNode } from './node.ts';
import { dataShapeOf, type EventShape, type Parts, type SystemShape } from './template.ts';
import { arrayTexts, fileTimeUs, valueType } from './value.ts';
import { ValueTable } from './valueTable.ts';

/** Beyond these the general way decides, which has limits of its own. */
const mostData = 4096;
const mostCharacters = 1024 * 1024;

export class PlainRecords {
  readonly outer = new ValueTable();
  readonly inner = new ValueTable();
  /** The shape of the record that was read last. */
  last: EventShape | undefined;
  private space: ChunkSpace | undefined;
  private characters = 0;
  private computer = '';
  private host = '';

  /** `at`, `end`: the binary XML of the record. `undefined` where it is not plain. */
  read(space: ChunkSpace, at: number, end: number, recovered: boolean): EventRecord | undefined {
    this.space = space;
    const shape = this.outer.read(space, at, end)?.event;
    this.last = shape?.event.opening === undefined ? undefined : shape;
    if (!shape || !this.last) return undefined;
    this.characters = 0;
    const data: EventData = [];
    for (const node of shape.data) {
      const good = node.kind === 'slot' ? this.readNested(node.index, data) : this.readData(dataShapeOf(node), this.outer, data);
      if (!good) return undefined;
    }
    return this.record(shape.system, data, recovered);
  }

  /** The data in a value of their own; false where that is not plain. */
  private readNested(slot: number, data: EventData): boolean {
    const { outer, inner } = this;
    if (!outer.isBinXml(slot)) return false;
    if (outer.isNull(slot)) return true;
    const template = inner.read(this.space as ChunkSpace, outer.start(slot), outer.end(slot));
    return template !== undefined && this.readData(template.data, inner, data);
  }

  private readData(children: readonly ElementNode[] | null, table: ValueTable, data: EventData): boolean {
    if (!children) return false;
    for (const element of children) {
      if (data.length > mostData || this.characters > mostCharacters) return false;
      if (isOmitted(element, table)) continue;
      const good = element.name === 'Data' ? this.readDatum(element, table, data) : isGood(element, table);
      if (!good) return false;
    }
    return true;
  }

  private readDatum(element: ElementNode, table: ValueTable, data: EventData): boolean {
    let name = '';
    for (const attribute of element.attributes) {
      const text = this.attribute(attribute.parts, table);
      if (text === undefined) return false;
      if (attribute.name === 'Name') name = text ?? '';
    }
    const { children } = element;
    if (children.length === 1) {
      const [only] = children;
      if (typeof only === 'object' && only.kind === 'slot' && table.isArray(only.index))
        return this.readArray(name, only.index, table, data);
    }
    const text = this.text(children as Parts, table);
    if (text === undefined) return false;
    data.push([name, text]);
    return true;
  }

  /** An array in an element makes one element of each item (MS-EVEN6 §3.1.4.7). */
  private readArray(name: string, slot: number, table: ValueTable, data: EventData): boolean {
    const value = { type: table.type(slot), at: table.start(slot), end: table.end(slot) };
    const texts = arrayTexts((this.space as ChunkSpace).octets, value);
    if (!texts || texts.length > mostData) return false;
    for (const text of texts) data.push([name, text]);
    return true;
  }

  /** `undefined` where a value is none, is an array, or holds XML. */
  text(parts: Parts, table: ValueTable): string | undefined {
    let text = '';
    for (const part of parts) {
      if (typeof part === 'string') text += part;
      else {
        if (table.isArray(part.index) || table.isBinXml(part.index)) return undefined;
        const value = table.text(part.index);
        if (value === undefined) return undefined;
        text += value;
      }
    }
    this.characters += text.length;
    return text;
  }

  /** `null` where the attribute is not there, `undefined` where a value is not plain. */
  attribute(parts: Parts, table: ValueTable): string | null | undefined {
    const isLeftOut = parts.some((part) => typeof part !== 'string' && part.optional && table.isNull(part.index));
    const text = this.text(parts, table);
    return text === '' && isLeftOut ? null : text;
  }

  private record(system: SystemShape, data: EventData, recovered: boolean): EventRecord | undefined {
    const table = this.outer;
    for (const element of system.rest) if (!isOmitted(element, table) && !isGood(element, table)) return undefined;
    const provider = this.provider(system.provider);
    const eventId = this.whole(system.eventId, 0xffff_ffff);
    const recordId = this.whole(system.recordId, Number.MAX_SAFE_INTEGER);
    const version = this.whole(system.version, 0xffff_ffff);
    const time = this.time(system.time);
    const channel = this.textOf(system.channel);
    const computer = this.textOf(system.computer);
    const qualifiers = this.qualifiers(system.eventId);
    if (provider === undefined || typeof eventId !== 'number' || recordId === undefined || version === undefined) return undefined;
    if (time === undefined || channel === undefined || computer === undefined || qualifiers === undefined) return undefined;
    const number = parseEventNumber(eventId, qualifiers ?? undefined);
    if (!number) return undefined;
    if (computer !== this.computer) [this.computer, this.host] = [computer, hostOf(computer)];
    return identified(
      {
        host: this.host,
        channel,
        recordId,
        provider,
        eventId: number.eventId,
        version: version !== null && version <= 0xffff ? version : null,
        qualifiers: number.qualifiers,
        time,
        computer,
        data,
      },
      recovered,
    );
  }

  private provider(element: ElementNode): string | undefined {
    if (isOmitted(element, this.outer) || element.children.length > 0) return undefined;
    let name: string | undefined;
    for (const { name: key, parts } of element.attributes) {
      const text = this.attribute(parts, this.outer);
      if (text === undefined) return undefined;
      if (key === 'Name' && text !== null) name = text;
    }
    return name;
  }

  /** `null` where the element is not there. `undefined` where its text is not a whole number up to `most`, or is not plain. */
  private whole(element: ElementNode | undefined, most: number): number | null | undefined {
    const table = this.outer;
    if (!element || isOmitted(element, table)) return null;
    const [only] = element.children;
    if (element.children.length === 1 && typeof only === 'object' && only.kind === 'slot') {
      const value = unsigned((this.space as ChunkSpace).octets, table, only.index);
      if (value !== undefined) return value <= most && areGood(element, table) ? value : undefined;
    }
    if (!areGood(element, table)) return undefined;
    const text = this.text(element.children as Parts, table);
    return text === undefined ? undefined : parseWhole(text, most);
  }

  private qualifiers(element: ElementNode | undefined): number | null | undefined {
    for (const { name, parts } of element?.attributes ?? []) {
      if (name !== 'Qualifiers') continue;
      const text = this.attribute(parts, this.outer);
      return text === undefined ? undefined : text === null ? null : parseWhole(text, 0xffff);
    }
    return null;
  }

  private time(element: ElementNode | undefined): number | undefined {
    const table = this.outer;
    if (!element || element.children.length > 0 || element.attributes.length !== 1) return undefined;
    const [attribute] = element.attributes;
    const [part] = attribute?.parts ?? [];
    if (attribute?.name !== 'SystemTime' || attribute.parts.length !== 1 || typeof part !== 'object') return undefined;
    if (table.type(part.index) !== valueType.fileTime || table.end(part.index) - table.start(part.index) < 8) return undefined;
    return fileTimeUs((this.space as ChunkSpace).octets, table.start(part.index));
  }

  /** Empty where the element is not there. */
  private textOf(element: ElementNode | undefined): string | undefined {
    if (!element || isOmitted(element, this.outer)) return '';
    return areGood(element, this.outer) ? this.text(element.children as Parts, this.outer) : undefined;
  }
}

export function isOmitted({ condition }: ElementNode, table: ValueTable): boolean {
  if (!condition) return false;
  for (const index of condition) if (!table.isNull(index)) return false;
  return true;
}

/** Whether every value of the element is one, and none of them is an array or XML. */
function isGood(element: ElementNode, table: ValueTable): boolean {
  for (const child of element.children) {
    if (typeof child !== 'object' || child.kind !== 'slot') continue;
    if (table.isArray(child.index) || table.isBinXml(child.index) || !table.isGood(child.index)) return false;
  }
  return areGood(element, table);
}

/** The same of its attributes. */
function areGood({ attributes }: ElementNode, table: ValueTable): boolean {
  for (const { parts } of attributes)
    for (const part of parts)
      if (typeof part !== 'string' && (table.isArray(part.index) || table.isBinXml(part.index) || !table.isGood(part.index))) return false;
  return true;
}

function unsigned(octets: Buffer, table: ValueTable, index: number): number | undefined {
  const at = table.start(index);
  const length = table.end(index) - at;
  switch (table.type(index)) {
    case valueType.uint8:
      return length >= 1 ? (octets[at] as number) : undefined;
    case valueType.uint16:
      return length >= 2 ? uint16LittleEndian(octets, at) : undefined;
    case valueType.uint32:
      return length >= 4 ? uint32LittleEndian(octets, at) : undefined;
    case valueType.uint64:
      return length >= 8 ? uint32LittleEndian(octets, at + 4) * 0x1_0000_0000 + uint32LittleEndian(octets, at) : undefined;
    default:
      return undefined;
  }
}
