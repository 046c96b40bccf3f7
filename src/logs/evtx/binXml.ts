/**
 * Binary XML (MS-EVEN6 §2.2.12; libevtx, "Windows XML Event Log (EVTX) format", "Binary XML"). Names and templates lie
 * anywhere in the chunk, are written where they are first used and pointed to afterwards.
 */

import { escapeAttribute, limits } from '../xmlElement.ts';
import { Cursor } from './cursor.ts';
import type { ElementNode, Instance, Node, Slot } from './node.ts';
import { Template } from './template.ts';
import type { Value } from './value.ts';

const token = {
  end: 0x00,
  open: 0x01,
  closeStart: 0x02,
  closeEmpty: 0x03,
  endElement: 0x04,
  value: 0x05,
  attribute: 0x06,
  cdata: 0x07,
  characterReference: 0x08,
  entityReference: 0x09,
  instructionTarget: 0x0a,
  instructionData: 0x0b,
  template: 0x0c,
  slot: 0x0d,
  optionalSlot: 0x0e,
  fragment: 0x0f,
} as const;

/** More data follows: an attribute list after `open`, another value after `value`. */
const moreFlag = 0x40;
const mostValues = 1024;
const mostNodes = 20_000;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The octets of one chunk with what was already read of it. */
export class ChunkSpace {
  private readonly names = new Map<number, string>();
  private readonly templates = new Map<number, Template>();
  /** Offsets of the templates that are being read: one that holds itself never ends. */
  private readonly reading = new Set<number>();

  constructor(readonly octets: Buffer) {}

  /** A fragment from the cursor up to its end token. In a value (`inValue`) elements have no dependency id. */
  readFragment(cursor: Cursor, inValue: boolean, depth = 0): Node[] {
    const nodes: Node[] = [];
    while (cursor.good && cursor.at < cursor.end && nodes.length < mostNodes) {
      switch (cursor.next) {
        case token.end:
          cursor.skip(1);
          return nodes;
        case token.fragment:
          cursor.skip(4);
          break;
        case token.template:
          nodes.push(this.readInstance(cursor, depth));
          break;
        case token.open:
        case token.open | moreFlag:
          nodes.push(this.readElement(cursor, inValue, depth));
          break;
        case token.instructionTarget:
          this.skipInstruction(cursor);
          break;
        default:
          cursor.fail('a token that cannot begin a fragment');
      }
    }
    return nodes;
  }

  private readElement(cursor: Cursor, inValue: boolean, depth: number): ElementNode {
    const hasAttributes = (cursor.uint8() & moreFlag) !== 0;
    if (depth > limits.depth) cursor.fail('deeper than elements may be');
    if (!inValue) cursor.skip(2);
    cursor.skip(4);
    const name = this.readName(cursor);
    const attributes: ElementNode['attributes'][number][] = [];
    const children: Node[] = [];
    if (hasAttributes) {
      cursor.skip(4);
      while (cursor.good && (cursor.next & ~moreFlag) === token.attribute) {
        cursor.skip(1);
        const attributeName = this.readName(cursor);
        attributes.push({ name: attributeName, parts: this.readParts(cursor) });
        if (attributes.length > limits.attributes) cursor.fail(`more than ${limits.attributes} attributes`);
      }
    }
    const closing = cursor.uint8();
    if (closing === token.closeStart) this.readChildren(cursor, children, inValue, depth);
    else if (closing !== token.closeEmpty) cursor.fail('an element without the end of its start');
    return { kind: 'element', name, attributes, children, condition: conditionOf(children), opening: openingOf(name, attributes) };
  }

  private readChildren(cursor: Cursor, children: Node[], inValue: boolean, depth: number): void {
    while (cursor.good) {
      const next = cursor.next;
      if (next === token.endElement) {
        cursor.skip(1);
        return;
      }
      if (children.length >= mostNodes) cursor.fail('more children than an element may have');
      if ((next & ~moreFlag) === token.open) children.push(this.readElement(cursor, inValue, depth + 1));
      else if (next === token.template) children.push(this.readInstance(cursor, depth + 1));
      else if (next === token.instructionTarget) this.skipInstruction(cursor);
      else {
        const part = this.readPart(cursor);
        if (part === undefined) cursor.fail('a token that cannot stand in an element');
        else children.push(part);
      }
    }
  }

  private readParts(cursor: Cursor): (string | Slot)[] {
    const parts: (string | Slot)[] = [];
    while (cursor.good && parts.length < mostValues) {
      const part = this.readPart(cursor);
      if (part === undefined) break;
      parts.push(part);
    }
    return parts;
  }

  /** Text or a slot; `undefined`, with the cursor where it was, when the next token is neither. */
  private readPart(cursor: Cursor): string | Slot | undefined {
    switch (cursor.next & ~moreFlag) {
      case token.value: {
        cursor.skip(1);
        if (cursor.uint8() !== 1) cursor.fail('text that is not a string');
        return cursor.text(cursor.uint16());
      }
      case token.cdata:
        cursor.skip(1);
        return cursor.text(cursor.uint16());
      case token.characterReference:
        cursor.skip(1);
        return String.fromCharCode(cursor.uint16());
      case token.entityReference: {
        cursor.skip(1);
        const name = this.readName(cursor);
        const text = Object.hasOwn(entities, name) ? entities[name] : undefined;
        if (text === undefined) cursor.fail('an entity is not one of the five of XML');
        return text ?? '';
      }
      case token.slot:
      case token.optionalSlot: {
        const optional = cursor.uint8() === token.optionalSlot;
        const index = cursor.uint16();
        cursor.skip(1);
        return { kind: 'slot', index, optional };
      }
      default:
        return undefined;
    }
  }

  private skipInstruction(cursor: Cursor): void {
    cursor.skip(1);
    this.readName(cursor);
    if (cursor.next !== token.instructionData) return;
    cursor.skip(1);
    cursor.text(cursor.uint16());
  }

  /** The name at the offset that is read; where it is first used it follows right here and is passed. */
  private readName(cursor: Cursor): string {
    const offset = cursor.uint32();
    if (!cursor.good) return '';
    const here = offset === cursor.at;
    let name = here ? undefined : this.names.get(offset);
    if (name !== undefined) return name;
    const reader = here ? cursor : new Cursor(this.octets, offset, this.octets.length);
    if (offset >= this.octets.length) cursor.fail('the offset of a name is outside of the chunk');
    // Offset of the next name with this hash, then the hash.
    reader.skip(6);
    name = reader.text(reader.uint16());
    reader.skip(2);
    if (!reader.good) cursor.fail('a name does not fit its chunk');
    else if (!/^[^\s<>&'"/=]+$/.test(name)) cursor.fail('a name that is none');
    if (cursor.good) this.names.set(offset, name);
    return name;
  }

  private readInstance(cursor: Cursor, depth: number): Instance {
    // Token, an octet that is always 1, and the first octets of the GUID.
    cursor.skip(6);
    const offset = cursor.uint32();
    const nodes = this.readTemplate(cursor, offset, depth);
    const count = cursor.uint32();
    if (count > mostValues) cursor.fail(`more than ${mostValues} values`);
    const values: Value[] = [];
    if (!cursor.good) return { kind: 'instance', nodes, values };
    let at = cursor.at + 4 * count;
    for (let i = 0; i < count && cursor.good; i++) {
      const length = cursor.uint16();
      const type = cursor.uint8();
      cursor.skip(1);
      if (at + length > cursor.end) cursor.fail('a value does not fit its record');
      values.push({ type, at, end: at + length });
      at += length;
    }
    if (cursor.good) cursor.at = at;
    return { kind: 'instance', nodes, values };
  }

  private readTemplate(cursor: Cursor, offset: number, depth: number): readonly Node[] {
    if (!cursor.good) return [];
    const here = offset === cursor.at;
    const known = this.templates.get(offset);
    const reader = here ? cursor : new Cursor(this.octets, offset, this.octets.length);
    if (known && !here) return known.nodes;
    if (offset >= this.octets.length) cursor.fail('the offset of a template is outside of the chunk');
    if (this.reading.has(offset) || depth > limits.depth) cursor.fail('a template holds itself');
    // Offset of the next template with this hash, then the GUID.
    reader.skip(20);
    const length = reader.uint32();
    const body = new Cursor(this.octets, reader.at, Math.min(reader.at + length, reader.end));
    if (reader.end - reader.at < length) reader.fail('a template does not fit');
    let nodes: readonly Node[] = [];
    if (reader.good && cursor.good) {
      this.reading.add(offset);
      nodes = this.readFragment(body, false, depth + 1);
      this.reading.delete(offset);
      if (body.fault) cursor.fault ??= body.fault;
    }
    reader.skip(length);
    if (reader.fault) cursor.fault ??= reader.fault;
    if (cursor.good) this.templates.set(offset, new Template(nodes));
    return nodes;
  }

  /** One that was read before, and read well. */
  templateAt(offset: number): Template | undefined {
    return this.templates.get(offset);
  }
}

/** An element that would hold nothing but an optional value is not there when that value is null (MS-EVEN6 §3.1.4.7). */
function conditionOf(children: readonly Node[]): readonly number[] | undefined {
  if (children.length === 0) return undefined;
  const slots: number[] = [];
  for (const child of children) {
    if (typeof child === 'string' || child.kind !== 'slot' || !child.optional) return undefined;
    slots.push(child.index);
  }
  return slots;
}

function openingOf(name: string, attributes: ElementNode['attributes']): string | undefined {
  let text = `<${name}`;
  for (const { name: attribute, parts } of attributes) {
    let value = '';
    for (const part of parts) {
      if (typeof part !== 'string') return undefined;
      value += part;
    }
    text += ` ${attribute}='${escapeAttribute(value)}'`;
  }
  return text;
}
