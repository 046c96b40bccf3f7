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
}

/** A template with the values for its slots. */
export interface Instance {
  readonly kind: 'instance';
  readonly nodes: readonly Node[];
  readonly values: readonly Value[];
}

export type Node = string | Slot | ElementNode | Instance;
