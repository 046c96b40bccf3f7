/** Fills the slots of a template: binary XML → the elements that Windows prints. */

import { Fault } from '../../base/octets.ts';
import { limits, type XmlElement } from '../xmlElement.ts';
import type { ChunkSpace } from './binXml.ts';
import { Cursor } from './cursor.ts';
import type { ElementNode, Node, Slot } from './node.ts';
import { arrayTexts, isArray, type Value, valueText, valueType } from './value.ts';

/** Nodes filled and octets of nested fragments read for one event: templates in templates multiply. */
const mostSteps = 1_000_000;
/** Characters of one event, slots filled: a template may name one long value many times. */
const mostCharacters = 4 * 1024 * 1024;

interface Frame {
  readonly values: readonly Value[];
  /** For the element that is repeated for each item of an array: which slot, and the item. */
  readonly item: { readonly index: number; readonly text: string } | undefined;
}

type Content = (XmlElement | string)[];

/** One event of a chunk. `fault` is set when its values do not make sense; what was made is then not to be used. */
export class Instantiation {
  fault: Fault | undefined;
  private elements = 0;
  private characters = 0;
  private steps = 0;

  constructor(
    private readonly space: ChunkSpace,
    private readonly at: number,
  ) {}

  /** The elements at the top of the fragment. */
  make(nodes: readonly Node[]): XmlElement[] {
    const content: Content = [];
    this.fill(nodes, { values: [], item: undefined }, content, 0);
    return content.filter((child) => typeof child !== 'string');
  }

  private fail(because: string): void {
    this.fault ??= new Fault('evtx-record', 'malformed', this.at, 0, 0, because);
  }

  private fill(nodes: readonly Node[], frame: Frame, into: Content, depth: number): void {
    if (depth > limits.depth) this.fail('deeper than elements may be');
    for (const node of nodes) {
      if (++this.steps > mostSteps) this.fail(`more than ${mostSteps} steps`);
      if (this.fault) return;
      if (typeof node === 'string') this.addText(node, into);
      else if (node.kind === 'slot') this.fillSlot(node, frame, into, depth);
      else if (node.kind === 'instance') this.fill(node.nodes, { values: node.values, item: undefined }, into, depth + 1);
      else this.element(node, frame, into, depth);
    }
  }

  private element(node: ElementNode, frame: Frame, into: Content, depth: number): void {
    if (this.isOmitted(node, frame)) return;
    const array = frame.item ? undefined : arraySlot(node, frame.values);
    if (!array) {
      into.push(this.oneElement(node, frame, depth));
      return;
    }
    // MS-EVEN6 §3.1.4.7: an array in an element makes one element of each item.
    const texts = arrayTexts(this.space.octets, array.value);
    if (!texts) this.fail(`an array of type ${array.value.type} that is none`);
    for (const text of texts ?? []) {
      if (this.fault) return;
      into.push(this.oneElement(node, { values: frame.values, item: { index: array.index, text } }, depth));
    }
  }

  private isOmitted({ condition }: ElementNode, frame: Frame): boolean {
    return condition?.every((index) => this.isNull(index, frame)) ?? false;
  }

  private oneElement(node: ElementNode, frame: Frame, depth: number): XmlElement {
    if (++this.elements > limits.elements) this.fail(`more than ${limits.elements} elements`);
    const attributes: [string, string][] = [];
    for (const { name, parts } of node.attributes) {
      let text = '';
      let omitted = false;
      for (const part of parts) {
        if (typeof part === 'string') text += part;
        else if (part.optional && this.isNull(part.index, frame)) omitted = true;
        else text += this.slotText(part, frame);
      }
      this.characters += text.length;
      if (!(omitted && text === '')) attributes.push([name, text]);
    }
    const children: Content = [];
    this.fill(node.children, frame, children, depth + 1);
    return { name: node.name, attributes, children };
  }

  private fillSlot(slot: Slot, frame: Frame, into: Content, depth: number): void {
    const value = frame.values[slot.index];
    if (value?.type === valueType.binXml) {
      if (value.end === value.at) return;
      this.steps += value.end - value.at;
      const cursor = new Cursor(this.space.octets, value.at, value.end);
      const nodes = this.space.readFragment(cursor, true, depth);
      if (cursor.fault) {
        this.fault ??= cursor.fault;
        return;
      }
      this.fill(nodes, { values: [], item: undefined }, into, depth + 1);
      return;
    }
    this.addText(this.slotText(slot, frame), into);
  }

  private isNull(index: number, frame: Frame): boolean {
    if (frame.item?.index === index) return false;
    const value = frame.values[index];
    return value === undefined || value.type === valueType.null || value.end === value.at;
  }

  private slotText(slot: Slot, frame: Frame): string {
    if (frame.item?.index === slot.index) return frame.item.text;
    const value = frame.values[slot.index];
    if (value === undefined) return '';
    const { octets } = this.space;
    const text = isArray(value) ? arrayTexts(octets, value)?.join(' ') : valueText(octets, value.type, value.at, value.end);
    if (text === undefined) this.fail(`a value of type ${value.type} and ${value.end - value.at} octets`);
    return text ?? '';
  }

  private addText(text: string, into: Content): void {
    if (text === '') return;
    this.characters += text.length;
    if (this.characters > mostCharacters) this.fail(`more than ${mostCharacters} characters`);
    const last = into.at(-1);
    if (typeof last === 'string') into[into.length - 1] = last + text;
    else into.push(text);
  }
}

function arraySlot(node: ElementNode, values: readonly Value[]): { index: number; value: Value } | undefined {
  for (const child of node.children) {
    if (typeof child === 'string' || child.kind !== 'slot') continue;
    const value = values[child.index];
    if (value && isArray(value)) return { index: child.index, value };
  }
  return undefined;
}
