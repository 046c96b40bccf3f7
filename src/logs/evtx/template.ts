/**
 * A template of a chunk, and what can be told from its nodes once and for all: where the fields of a record stand in it. Almost
 * all records are instances of a plain shape, and are read by that without a tree in between.
 */

import type { ElementNode, Node, Slot } from './node.ts';

/** Text and slots that make one text. */
export type Parts = readonly (string | Slot)[];

/** The fields of the System part. Each is a text of its own, or absent. */
export interface SystemShape {
  readonly provider: ElementNode;
  readonly eventId: ElementNode | undefined;
  readonly version: ElementNode | undefined;
  readonly time: ElementNode | undefined;
  readonly recordId: ElementNode | undefined;
  readonly channel: ElementNode | undefined;
  readonly computer: ElementNode | undefined;
  /** Those that no field is taken from; their values are still to be good ones. */
  readonly rest: readonly ElementNode[];
}

export interface EventShape {
  readonly event: ElementNode;
  readonly system: SystemShape;
  /** What stands behind System: a slot for the data, or the data itself. */
  readonly data: readonly (Slot | ElementNode)[];
}

export class Template {
  /** `undefined`: not looked at yet; `null`: not of that shape. */
  private eventShape: EventShape | null | undefined;
  private dataShape: readonly ElementNode[] | null | undefined;

  constructor(readonly nodes: readonly Node[]) {}

  /** Of the template of an event. */
  get event(): EventShape | null {
    if (this.eventShape === undefined) this.eventShape = eventShapeOf(this.nodes);
    return this.eventShape;
  }

  /** The elements of an EventData that has only `Data` and `Binary`, each with nothing but text in it. */
  get data(): readonly ElementNode[] | null {
    if (this.dataShape === undefined) this.dataShape = this.nodes.length === 1 ? dataShapeOf(this.nodes[0] as Node) : null;
    return this.dataShape;
  }
}

function eventShapeOf(nodes: readonly Node[]): EventShape | null {
  const [event] = nodes;
  if (nodes.length !== 1 || !isElement(event) || event.name !== 'Event' || event.condition) return null;
  if (!hasPlainAttributes(event)) return null;
  const [system, ...data] = event.children;
  if (!isElement(system) || system.name !== 'System' || system.condition || system.attributes.length > 0) return null;
  const shape = systemShapeOf(system);
  if (!shape || !data.every((child) => isElement(child) || isSlot(child))) return null;
  return { event, system: shape, data: data as (Slot | ElementNode)[] };
}

const fields = {
  Provider: 'provider',
  EventID: 'eventId',
  Version: 'version',
  TimeCreated: 'time',
  EventRecordID: 'recordId',
  Channel: 'channel',
  Computer: 'computer',
} as const;

function systemShapeOf(system: ElementNode): SystemShape | null {
  const found: Partial<Record<keyof SystemShape, ElementNode>> = {};
  const rest: ElementNode[] = [];
  for (const child of system.children) {
    if (!isElement(child) || !isPlain(child)) return null;
    const field = Object.hasOwn(fields, child.name) ? fields[child.name as keyof typeof fields] : undefined;
    if (field === undefined) rest.push(child);
    // The first that is there counts, and which is there depends on the values.
    else if (found[field]) return null;
    else found[field] = child;
  }
  const { provider, eventId, version, time, recordId, channel, computer } = found;
  return provider ? { provider, eventId, version, time, recordId, channel, computer, rest } : null;
}

/** The children of an EventData of the plain shape. */
export function dataShapeOf(node: Node): readonly ElementNode[] | null {
  if (!isElement(node) || node.name !== 'EventData' || node.condition || node.attributes.length > 0) return null;
  const children: ElementNode[] = [];
  for (const child of node.children) {
    if (!isElement(child) || !isPlain(child) || (child.name !== 'Data' && child.name !== 'Binary')) return null;
    children.push(child);
  }
  return children;
}

const isElement = (node: Node | undefined): node is ElementNode => typeof node === 'object' && node.kind === 'element';
const isSlot = (node: Node): node is Slot => typeof node === 'object' && node.kind === 'slot';

/** Text and slots inside, and no attribute twice. */
function isPlain(element: ElementNode): boolean {
  return element.children.every((child) => typeof child === 'string' || isSlot(child)) && hasPlainAttributes(element);
}

function hasPlainAttributes({ attributes }: ElementNode): boolean {
  return new Set(attributes.map(({ name }) => name)).size === attributes.length;
}
