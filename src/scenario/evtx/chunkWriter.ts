/** One chunk while it is filled: records one after the other, each template where it is first used (libevtx, "Chunk"). */

import { crc32 } from '../../base/crc32.ts';
import type { EventRecord } from '../../record/event.ts';
import { BinXmlWriter, chunkHeaderLength } from './binXmlWriter.ts';
import { dataTemplate, systemTemplate, type Template } from './eventTemplate.ts';
import { fileTime, type } from './typedValue.ts';

const templateTableAt = 384;
const templateBuckets = 32;
const recordSignature = 0x0000_2a2a;

export class ChunkWriter {
  private readonly writer = new BinXmlWriter();
  /** By key: where the definition of each template begins, and the identifier it has. */
  private readonly templates = new Map<string, { readonly at: number; readonly identifier: number }>();
  private firstNumber: bigint | undefined;
  private lastNumber = 0n;
  private firstId = 0n;
  private lastId = 0n;
  private lastAt = 0;

  /** False when the record does not fit any more; the chunk is then as it was. `number`: of the record in its file, from 1. */
  add(event: EventRecord, number: bigint): boolean {
    const { writer } = this;
    const mark = writer.mark;
    const templates = this.templates.size;
    this.record(event, number);
    if (writer.overflows) {
      writer.rewind(mark);
      for (const key of [...this.templates.keys()].slice(templates)) this.forget(key);
      return false;
    }
    const id = BigInt(event.recordId ?? 0);
    if (this.firstNumber === undefined) [this.firstNumber, this.firstId] = [number, id];
    [this.lastNumber, this.lastId, this.lastAt] = [number, id, mark.at];
    return true;
  }

  private record(event: EventRecord, number: bigint): void {
    const { writer } = this;
    const start = writer.at;
    writer.u32(recordSignature);
    writer.u32(0);
    writer.u64(number);
    writer.bytes(fileTime(event.time).octets);
    const data = dataTemplate(event);
    writer.fragmentHeader();
    this.instance(systemTemplate(event), data);
    writer.u8(0x00);
    while ((writer.at + 4 - start) % 8 !== 0) writer.u8(0);
    const size = writer.at + 4 - start;
    writer.u32(size);
    if (!writer.overflows) writer.view.setUint32(start + 4, size, true);
  }

  /** `nested`: what the last value, of type binary XML, holds: a fragment with an instance of its own. */
  private instance(template: Template, nested?: Template): void {
    const { writer } = this;
    this.define(template);
    writer.u32(template.values.length);
    const descriptorsAt = writer.at;
    for (const value of template.values) {
      writer.u16(value.octets.length);
      writer.u8(value.type);
      writer.u8(0);
    }
    for (const value of template.values) writer.bytes(value.octets);
    if (!nested) return;
    const from = writer.at;
    writer.fragmentHeader();
    this.instance(nested);
    writer.u8(0x00);
    const at = descriptorsAt + 4 * (template.values.length - 1);
    if (!writer.overflows) {
      writer.view.setUint16(at, writer.at - from, true);
      writer.view.setUint8(at + 2, type.binXml);
    }
  }

  private define(template: Template): void {
    const { writer } = this;
    const known = this.templates.get(template.key);
    const guid = known ?? templateGuid(template.key);
    writer.u8(0x0c);
    writer.u8(0x01);
    writer.u32(guid.identifier);
    if (known) {
      writer.u32(known.at);
      return;
    }
    const at = writer.at + 4;
    const bucketAt = bucketOf(guid.identifier);
    writer.u32(at);
    writer.u32(writer.view.getUint32(bucketAt, true));
    writer.bytes(templateGuid(template.key).octets);
    const size = writer.open();
    writer.fragmentHeader();
    template.write(writer);
    writer.u8(0x00);
    writer.close(size);
    this.templates.set(template.key, { at, identifier: guid.identifier });
    writer.view.setUint32(bucketAt, at, true);
  }

  /** The bucket gets back what stood in it before the definition, which has been cut away. */
  private forget(key: string): void {
    const { identifier } = this.templates.get(key) as { identifier: number };
    this.templates.delete(key);
    const bucketAt = bucketOf(identifier);
    const sharing = [...this.templates.values()].filter((other) => bucketOf(other.identifier) === bucketAt);
    this.writer.view.setUint32(bucketAt, sharing.at(-1)?.at ?? 0, true);
  }

  /** The chunk with its header and both checksums. Nothing is added afterwards. */
  finish(): Uint8Array {
    const { octets, view, at } = this.writer;
    octets.set([...'ElfChnk\0'].map((character) => character.charCodeAt(0)));
    [this.firstNumber ?? 0n, this.lastNumber, this.firstId, this.lastId].forEach((number, i) => {
      view.setBigUint64(8 + 8 * i, number, true);
    });
    view.setUint32(40, 128, true);
    view.setUint32(44, this.lastAt, true);
    view.setUint32(48, at, true);
    view.setUint32(52, crc32(octets, chunkHeaderLength, at), true);
    view.setUint32(124, crc32(octets, 128, chunkHeaderLength, crc32(octets, 0, 120)), true);
    return octets;
  }
}

function bucketOf(identifier: number): number {
  return templateTableAt + 4 * (identifier % templateBuckets);
}

interface TemplateGuid {
  /** The first four octets of the GUID, little endian: a template instance repeats them. */
  readonly identifier: number;
  readonly octets: Uint8Array;
}

/** Follows from the key, as that of Windows follows from the template. FNV-1a, run on for each of the four words. */
function templateGuid(key: string): TemplateGuid {
  const octets = new Uint8Array(16);
  const view = new DataView(octets.buffer);
  let hash = 0x811c_9dc5;
  for (let word = 0; word < 4; word++) {
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x0100_0193) >>> 0;
    view.setUint32(4 * word, hash, true);
    hash = Math.imul(hash ^ word, 0x0100_0193) >>> 0;
  }
  return { identifier: view.getUint32(0, true), octets };
}
