/**
 * Writes small EVTX files for tests, from the published description of the format and not from the reader: header block,
 * chunks with checksums, one template for all records of a chunk, values behind it.
 */

import { crc32 } from 'node:zlib';

export interface BuiltValue {
  readonly name: string;
  readonly type: number;
  readonly octets: Uint8Array;
}

export interface BuiltRecord {
  readonly recordId: number;
  /** 100 ns since 1601. */
  readonly ticks: bigint;
  readonly values: readonly BuiltValue[];
}

export const utf16 = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le'));
export const text = (name: string, value: string): BuiltValue => ({ name, type: 0x01, octets: utf16(value) });
export const little = (length: number, value: bigint): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Number((BigInt.asUintN(64, value) >> BigInt(8 * i)) & 0xffn));
export const number = (name: string, type: number, length: number, value: bigint): BuiltValue => ({
  name,
  type,
  octets: little(length, value),
});

const chunkLength = 0x10000;

class Writer {
  readonly octets = new Uint8Array(chunkLength);
  at = 512;
  private readonly names = new Map<string, number>();

  u8(...values: number[]): void {
    for (const value of values) this.octets[this.at++] = value;
  }
  u16(value: number): void {
    this.u8(value & 0xff, value >>> 8);
  }
  u32(value: number): void {
    this.u16(value & 0xffff);
    this.u16(value >>> 16);
  }
  bytes(octets: Uint8Array): void {
    this.octets.set(octets, this.at);
    this.at += octets.length;
  }
  /** Patches a length that was left open at `at`. */
  close(at: number): void {
    new DataView(this.octets.buffer).setUint32(at, this.at - at - 4, true);
  }
  open(): number {
    this.u32(0);
    return this.at - 4;
  }
  name(name: string): void {
    const known = this.names.get(name);
    if (known !== undefined) {
      this.u32(known);
      return;
    }
    this.names.set(name, this.at + 4);
    this.u32(this.at + 4);
    this.u32(0);
    let hash = 0;
    for (const unit of name) hash = (Math.imul(hash, 65_599) + unit.charCodeAt(0)) >>> 0;
    this.u16(hash & 0xffff);
    this.u16(name.length);
    this.bytes(utf16(name));
    this.u16(0);
  }
  element(name: string, attributes: readonly [string, string | number][], inside: (() => void) | undefined): void {
    this.u8(attributes.length > 0 ? 0x41 : 0x01);
    this.u16(0xffff);
    const size = this.open();
    this.name(name);
    if (attributes.length > 0) {
      const list = this.open();
      attributes.forEach(([key, value], i) => {
        this.u8(i < attributes.length - 1 ? 0x46 : 0x06);
        this.name(key);
        if (typeof value === 'string') this.text(value);
        else this.slot(value, true);
      });
      this.close(list);
    }
    if (inside) {
      this.u8(0x02);
      inside();
      this.u8(0x04);
    } else this.u8(0x03);
    this.close(size);
  }
  text(value: string): void {
    this.u8(0x05, 0x01);
    this.u16(value.length);
    this.bytes(utf16(value));
  }
  slot(index: number, optional = false, type = 0x01): void {
    this.u8(optional ? 0x0e : 0x0d);
    this.u16(index);
    this.u8(type);
  }
}

/** Slots before those of the event data: EventID, Qualifiers, TimeCreated, EventRecordID, UserID. */
const fixedSlots = 5;

function template(writer: Writer, values: readonly BuiltValue[]): void {
  writer.u8(0x0f, 1, 1, 0);
  writer.element('Event', [['xmlns', 'http://schemas.microsoft.com/win/2004/08/events/event']], () => {
    writer.element('System', [], () => {
      writer.element('Provider', [['Name', 'Microsoft-Windows-Kernel-Power']], undefined);
      writer.element('EventID', [['Qualifiers', 1]], () => writer.slot(0, false, 0x06));
      writer.element('Version', [], () => writer.text('3'));
      writer.element('TimeCreated', [['SystemTime', 2]], undefined);
      writer.element('EventRecordID', [], () => writer.slot(3, false, 0x0a));
      writer.element('Channel', [], () => writer.text('System'));
      writer.element('Computer', [], () => writer.text('PC-7'));
      writer.element('Security', [['UserID', 4]], undefined);
    });
    writer.element('EventData', [], () => {
      values.forEach((value, i) => {
        writer.element('Data', value.name === '' ? [] : [['Name', value.name]], () =>
          writer.slot(fixedSlots + i, value.type === 0, value.type),
        );
      });
    });
  });
  writer.u8(0x00);
}

/** One chunk; all records have the names and types of the first. `slack` records stand behind the live ones. */
export function buildChunk(records: readonly BuiltRecord[], slack: readonly BuiltRecord[] = []): Uint8Array {
  const writer = new Writer();
  let templateAt: number | undefined;
  let lastAt = 512;
  const write = (record: BuiltRecord) => {
    const start = writer.at;
    writer.u32(0x2a2a);
    writer.u32(0);
    writer.bytes(little(8, BigInt(record.recordId)));
    writer.bytes(little(8, record.ticks));
    writer.u8(0x0f, 1, 1, 0);
    writer.u8(0x0c, 0x01);
    writer.u32(0x1234_5678);
    writer.u32(templateAt ?? writer.at + 4);
    if (templateAt === undefined) {
      templateAt = writer.at;
      writer.u32(0);
      writer.bytes(new Uint8Array(16).fill(0x78));
      const size = writer.open();
      template(writer, record.values);
      writer.close(size);
    }
    const all: { type: number; octets: Uint8Array }[] = [
      { type: 0x06, octets: little(2, 42n) },
      { type: 0x00, octets: new Uint8Array(0) },
      { type: 0x11, octets: little(8, record.ticks) },
      { type: 0x0a, octets: little(8, BigInt(record.recordId)) },
      { type: 0x00, octets: new Uint8Array(0) },
      ...record.values,
    ];
    writer.u32(all.length);
    for (const value of all) {
      writer.u16(value.octets.length);
      writer.u8(value.type, 0);
    }
    for (const value of all) writer.bytes(value.octets);
    writer.u8(0x00);
    while ((writer.at + 4 - start) % 8 !== 0) writer.u8(0);
    writer.u32(writer.at + 4 - start);
    new DataView(writer.octets.buffer).setUint32(start + 4, writer.at - start, true);
    lastAt = start;
  };
  records.forEach(write);
  const [freeSpace, last] = [writer.at, lastAt];
  slack.forEach(write);
  const { octets } = writer;
  const view = new DataView(octets.buffer);
  octets.set(Buffer.from('ElfChnk\0'), 0);
  const ids = [records[0]?.recordId ?? 0, records.at(-1)?.recordId ?? 0];
  [...ids, ...ids].forEach((id, i) => {
    view.setBigUint64(8 + 8 * i, BigInt(id), true);
  });
  view.setUint32(40, 128, true);
  view.setUint32(44, last, true);
  view.setUint32(48, freeSpace, true);
  sealChunk(octets);
  return octets;
}

/** Writes both checksums, for chunks that were changed on purpose. */
export function sealChunk(octets: Uint8Array): void {
  const view = new DataView(octets.buffer, octets.byteOffset);
  view.setUint32(52, crc32(octets.subarray(512, view.getUint32(48, true))), true);
  view.setUint32(124, crc32(octets.subarray(128, 512), crc32(octets.subarray(0, 120))), true);
}

export function buildFile(chunks: readonly Uint8Array[], nextRecordId: number): Uint8Array {
  const header = new Uint8Array(4096);
  const view = new DataView(header.buffer);
  header.set(Buffer.from('ElfFile\0'), 0);
  view.setBigUint64(16, BigInt(Math.max(0, chunks.length - 1)), true);
  view.setBigUint64(24, BigInt(nextRecordId), true);
  view.setUint32(32, 128, true);
  view.setUint16(36, 1, true);
  view.setUint16(38, 3, true);
  view.setUint16(40, 4096, true);
  view.setUint16(42, chunks.length, true);
  view.setUint32(124, crc32(header.subarray(0, 120)), true);
  return Buffer.concat([header, ...chunks]);
}

/** 2024-03-04T12:00:00Z and `seconds` more, in 100 ns since 1601. */
export const ticksAt = (seconds: number) =>
  (BigInt(Date.UTC(2024, 2, 4, 12)) + 11_644_473_600_000n) * 10_000n + BigInt(seconds) * 10_000_000n;

/** Records of one shape with rising ids. */
export function manyRecords(count: number, firstId = 1): BuiltRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    recordId: firstId + i,
    ticks: ticksAt(i),
    values: [number('TargetState', 0x08, 4, 4n), text('Note', `record ${firstId + i}`)],
  }));
}
