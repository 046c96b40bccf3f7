/** Questions and answers on the socket: one JSON object a line. Rows travel as arrays in the order of the declared fields. */

import { z } from 'zod';
import type { Field } from '../record/kind.ts';
import { valueFromJson, valueToJson } from './columnValue.ts';

const parameters = z.record(z.string(), z.unknown());

/** A question reads; an order has the holder do something, where it takes orders. */
export const request = z.union([
  z.strictObject({ question: z.string().max(100), parameters }),
  z.strictObject({ order: z.string().max(100), parameters }),
]);

/** An answer is any number of `rows`, then `done`, or of `progress`, then `result`; or `failure`. */
export const reply = z.union([
  z.strictObject({ rows: z.array(z.array(z.unknown())) }),
  z.strictObject({ done: z.literal(true) }),
  z.strictObject({ progress: z.string() }),
  z.strictObject({ result: z.unknown() }),
  z.strictObject({ failure: z.strictObject({ code: z.string(), message: z.string(), advice: z.string() }) }),
]);
export type Reply = z.infer<typeof reply>;

export function encodeRow(fields: readonly Field[], row: Record<string, unknown>): unknown[] {
  return fields.map((field) => valueToJson(field.column, row[field.name] ?? null));
}

export function decodeRow(fields: readonly Field[], values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(fields.map((field, i) => [field.name, valueFromJson(field.column, values[i] ?? null)]));
}
