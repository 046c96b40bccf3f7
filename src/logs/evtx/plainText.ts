/** The XML of a plain record as Windows prints it, written without a tree in between. The same text as `writeXml` of the tree. */

import { escapeAttribute, escapeText } from '../xmlElement.ts';
import type { ChunkSpace } from './binXml.ts';
import type { ElementNode, Node, Slot } from './node.ts';
import { isOmitted, type PlainRecords } from './plainRecord.ts';
import { arrayTexts, valueType } from './value.ts';
import type { ValueTable } from './valueTable.ts';

/** Beyond these the general way decides, which has limits of its own. */
const mostElements = 4096;
const mostCharacters = 1024 * 1024;

/** Of values whose text holds nothing that XML would have to escape. */
const isPlainText = (type: number) => type !== valueType.string && type !== valueType.ansi;

export class PlainText {
  private elements = 0;
  private characters = 0;
  private good = true;

  constructor(
    private readonly space: ChunkSpace,
    private readonly records: PlainRecords,
  ) {}

  /** `event`: of the record that `records` has read last. `undefined` where it is not plain. */
  write(event: ElementNode): string | undefined {
    const text = this.element(event, this.records.outer);
    return this.good ? text : undefined;
  }

  private leave(): string {
    this.good = false;
    return '';
  }

  private element(node: ElementNode, table: ValueTable): string {
    if (!this.good || isOmitted(node, table)) return '';
    const array = arraySlot(node, table);
    if (array === undefined) return this.one(node, table, this.inside(node.children, table));
    if (node.children.length > 1) return this.leave();
    const texts = arrayTexts(this.space.octets, { type: table.type(array), at: table.start(array), end: table.end(array) });
    if (!texts || texts.length > mostElements) return this.leave();
    let text = '';
    for (const item of texts) text += this.one(node, table, escapeText(item));
    return text;
  }

  private one(node: ElementNode, table: ValueTable, inside: string): string {
    const opening = node.opening ?? this.opening(node, table);
    this.characters += opening.length + inside.length;
    if (++this.elements > mostElements || this.characters > mostCharacters) return this.leave();
    return inside === '' ? `${opening}/>` : `${opening}>${inside}</${node.name}>`;
  }

  private opening({ name, attributes }: ElementNode, table: ValueTable): string {
    let text = `<${name}`;
    for (const { name: attribute, parts } of attributes) {
      const value = this.records.attribute(parts, table);
      if (value === undefined) return this.leave();
      if (value !== null) text += ` ${attribute}='${escapeAttribute(value)}'`;
    }
    return text;
  }

  private inside(children: readonly Node[], table: ValueTable): string {
    let text = '';
    for (const child of children) {
      if (!this.good) return '';
      if (typeof child === 'string') text += escapeText(child);
      else if (child.kind === 'element') text += this.element(child, table);
      else if (child.kind === 'slot') text += this.slot(child, table);
      else return this.leave();
    }
    return text;
  }

  private slot({ index }: Slot, table: ValueTable): string {
    if (table.isBinXml(index)) return this.nested(index, table);
    const text = table.text(index);
    if (text === undefined) return this.leave();
    return isPlainText(table.type(index)) ? text : escapeText(text);
  }

  /** XML in a value: one level of it is plain. */
  private nested(index: number, table: ValueTable): string {
    const { outer, inner } = this.records;
    if (table !== outer) return this.leave();
    if (outer.isNull(index)) return '';
    const template = inner.read(this.space, outer.start(index), outer.end(index));
    return template ? this.inside(template.nodes, inner) : this.leave();
  }
}

function arraySlot({ children }: ElementNode, table: ValueTable): number | undefined {
  for (const child of children) if (typeof child === 'object' && child.kind === 'slot' && table.isArray(child.index)) return child.index;
  return undefined;
}
