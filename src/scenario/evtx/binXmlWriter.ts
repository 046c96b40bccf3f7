/**
 * Writes binary XML into a chunk (MS-EVEN6 §2.2.12; libevtx, "Binary XML"). Names are written where they are first used in
 * the chunk and pointed to afterwards; the chunk's string table leads to them by their hash.
 */

export const chunkLength = 0x10000;
export const chunkHeaderLength = 512;
const stringTableAt = 128;
const stringBuckets = 64;

/** Multiplies by 65599, 32 bits, of which the low 16 are written ("hash of name"). */
function nameHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 65_599) + name.charCodeAt(i)) >>> 0;
  return hash & 0xffff;
}

/** A slot of a template: which value, of which type. */
export interface SlotPlace {
  readonly slot: number;
  readonly type: number;
  /** Prints an empty element when the value is empty; without it the element or attribute is left out. */
  readonly required?: true;
}

export type Content = string | SlotPlace;

/** A position that a chunk can be taken back to when a record does not fit any more. */
export interface Mark {
  readonly at: number;
  readonly names: number;
}

export class BinXmlWriter {
  readonly octets = new Uint8Array(chunkLength);
  readonly view = new DataView(this.octets.buffer);
  at = chunkHeaderLength;
  private readonly names = new Map<string, number>();
  /** In the order of writing, with the bucket of each and what stood in the bucket before. */
  private readonly written: { readonly name: string; readonly bucketAt: number; readonly before: number }[] = [];

  get mark(): Mark {
    return { at: this.at, names: this.written.length };
  }

  /** Forgets what was written since. */
  rewind(mark: Mark): void {
    while (this.written.length > mark.names) {
      const { name, bucketAt, before } = this.written.pop() as { name: string; bucketAt: number; before: number };
      this.names.delete(name);
      this.view.setUint32(bucketAt, before, true);
    }
    this.octets.fill(0, mark.at, Math.min(this.at, chunkLength));
    this.at = mark.at;
  }

  /**
   * Octets beyond the end of the chunk are not written, and counted all the same. A record does not end where its chunk ends
   * either: libevtx does not find such a one.
   */
  get overflows(): boolean {
    return this.at >= chunkLength;
  }

  u8(value: number): void {
    this.octets[this.at++] = value;
  }

  u16(value: number): void {
    this.octets[this.at++] = value & 0xff;
    this.octets[this.at++] = value >>> 8;
  }

  u32(value: number): void {
    this.u16(value & 0xffff);
    this.u16(value >>> 16);
  }

  u64(value: bigint): void {
    this.u32(Number(value & 0xffff_ffffn));
    this.u32(Number(BigInt.asUintN(64, value) >> 32n));
  }

  bytes(octets: Uint8Array): void {
    if (this.at + octets.length <= chunkLength) this.octets.set(octets, this.at);
    this.at += octets.length;
  }

  utf16(text: string): void {
    for (let i = 0; i < text.length; i++) this.u16(text.charCodeAt(i));
  }

  /** A length that is not known yet; `close` writes what came behind it. */
  open(): number {
    this.u32(0);
    return this.at - 4;
  }

  close(openedAt: number): void {
    if (openedAt + 4 <= chunkLength) this.view.setUint32(openedAt, this.at - openedAt - 4, true);
  }

  private name(name: string): void {
    const known = this.names.get(name);
    if (known !== undefined) {
      this.u32(known);
      return;
    }
    const offset = this.at + 4;
    const hash = nameHash(name);
    const bucketAt = stringTableAt + 4 * (hash % stringBuckets);
    const before = this.view.getUint32(bucketAt, true);
    this.u32(offset);
    this.u32(before);
    this.u16(hash);
    this.u16(name.length);
    this.utf16(name);
    this.u16(0);
    this.names.set(name, offset);
    this.written.push({ name, bucketAt, before });
    this.view.setUint32(bucketAt, offset, true);
  }

  fragmentHeader(): void {
    this.u8(0x0f);
    this.u8(1);
    this.u8(1);
    this.u8(0);
  }

  /** `dependency`: the slot without whose value the whole element is left out. `inside` is called once, or the element is empty. */
  element(name: string, attributes: readonly (readonly [string, Content])[], inside?: () => void, dependency = 0xffff): void {
    this.u8(attributes.length > 0 ? 0x41 : 0x01);
    this.u16(dependency);
    const size = this.open();
    this.name(name);
    if (attributes.length > 0) {
      const list = this.open();
      attributes.forEach(([attribute, content], i) => {
        this.u8(i < attributes.length - 1 ? 0x46 : 0x06);
        this.name(attribute);
        this.content(content);
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

  content(content: Content): void {
    if (typeof content === 'string') {
      this.u8(0x05);
      this.u8(0x01);
      this.u16(content.length);
      this.utf16(content);
      return;
    }
    this.u8(content.required ? 0x0d : 0x0e);
    this.u16(content.slot);
    this.u8(content.type);
  }

  /** An element that holds nothing but `content`. */
  leaf(name: string, content: Content, attributes: readonly (readonly [string, Content])[] = []): void {
    const dependency = typeof content === 'string' || content.required ? 0xffff : content.slot;
    this.element(name, attributes, () => this.content(content), dependency);
  }
}
