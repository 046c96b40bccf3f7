/** Binary XML as it was read: a tree with slots, and with what fills them. Instantiation makes plain elements of it. */

import type { Value } from './value.ts';

/** A place for the value with this index; `optional`: nothing stands there when that value is null. */
export interface Slot {
  readonly kind: 'slot';
  readonly index: number;
  readonly optional: boolean;
}

export interface ElementNode {
  readonly kind: 'element';
  readonly name: string;
  readonly attributes: readonly { readonly name: string; readonly parts: readonly (string | Slot)[] }[];
  readonly children: readonly Node[];
  /** The slots of which it is made where it holds nothing but optional ones: without all of them it is not there. */
  readonly condition: readonly number[] | undefined;
  /** `<Name a='b'`, where no attribute has a slot. */
  readonly opening: string | undefined;
}

/** A template with the values for its slots. */
export interface Instance {
  readonly kind: 'instance';
  readonly nodes: readonly Node[];
  readonly values: readonly Value[];
}

export type Node = string | Slot | ElementNode | Instance;
