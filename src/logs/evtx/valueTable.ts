/** The values of one template instance, in typed arrays that are used again for every record. */

import { uint16LittleEndian, uint32LittleEndian } from '../../base/octets.ts';
import type { ChunkSpace } from './binXml.ts';
import type { Template } from './template.ts';
import { isValue, valueText, valueType } from './value.ts';

/** As many as `readInstance` takes. */
const mostValues = 1024;
const arrayFlag = 0x80;

export class ValueTable {
  private count = 0;
  private readonly types = new Uint8Array(mostValues);
  private readonly starts = new Int32Array(mostValues);
  private readonly ends = new Int32Array(mostValues);
  private octets: Buffer = Buffer.alloc(0);

  /**
   * Takes the instance of a template that was read before, alone in its fragment from `at` up to `end`. `undefined` for
   * anything else, damage too: then the general reader decides.
   */
  read(space: ChunkSpace, at: number, end: number): Template | undefined {
    const { octets } = space;
    // Fragment header, token of an instance, an octet and the identifier, the offset of the template, the number of values.
    if (end - at < 18 || octets[at] !== 0x0f || octets[at + 4] !== 0x0c) return undefined;
    const offset = uint32LittleEndian(octets, at + 10);
    const template = offset === at + 14 ? undefined : space.templateAt(offset);
    const count = uint32LittleEndian(octets, at + 14);
    if (!template || count > mostValues) return undefined;
    let descriptor = at + 18;
    let position = descriptor + 4 * count;
    for (let i = 0; i < count; i++, descriptor += 4) {
      if (descriptor + 4 > end) return undefined;
      this.starts[i] = position;
      position += uint16LittleEndian(octets, descriptor);
      if (position > end) return undefined;
      this.ends[i] = position;
      this.types[i] = octets[descriptor + 2] as number;
    }
    // What follows the instance is the end of the fragment, or nothing.
    if (position < end && octets[position] !== 0) return undefined;
    this.count = count;
    this.octets = octets;
    return template;
  }

  type(index: number): number {
    return index < this.count ? (this.types[index] as number) : valueType.null;
  }
  start(index: number): number {
    return this.starts[index] as number;
  }
  end(index: number): number {
    return this.ends[index] as number;
  }

  isNull(index: number): boolean {
    return index >= this.count || this.types[index] === valueType.null || this.starts[index] === this.ends[index];
  }
  isArray(index: number): boolean {
    return index < this.count && ((this.types[index] as number) & arrayFlag) !== 0;
  }
  isBinXml(index: number): boolean {
    return this.type(index) === valueType.binXml;
  }

  /** `undefined` for a value that is none; arrays and binary XML are not texts here. */
  text(index: number): string | undefined {
    if (index >= this.count) return '';
    return valueText(this.octets, this.types[index] as number, this.starts[index] as number, this.ends[index] as number);
  }
  isGood(index: number): boolean {
    return (
      index >= this.count || isValue(this.octets, this.types[index] as number, this.starts[index] as number, this.ends[index] as number)
    );
  }
}
