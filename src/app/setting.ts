/**
 * How one setting is declared: once, with what it means, what may be written, and the value it has when nothing is.
 *
 * A setting is a zod schema from what stands in the file (`30d`, `10.0.0.0/8`) to what the program works with
 * (microseconds, a prefix). Its declaration also yields the lines that say what is wrong with a value.
 */

import { z } from 'zod';
import { type Address, type Mac, type Prefix, parseAddress, parseMac, parsePrefix } from '../base/address.ts';
import { type Microseconds, parseDuration } from '../base/time.ts';

export interface SettingMeta {
  /** What it means, as a sentence. */
  readonly description: string;
  /** What may be written, to follow the word "write". */
  readonly write: string;
  /** As written in a file; absent where the setting must be written. */
  readonly byDefault?: unknown;
}

const declared = z.registry<SettingMeta>();

export function settingMeta(schema: z.ZodType): SettingMeta | undefined {
  return declared.get(schema);
}

type Written<T extends z.ZodType> = z.core.util.NoUndefined<z.core.input<T>>;

/** A setting of `schema` that has the value `byDefault` where the file does not name it. */
export function setting<T extends z.ZodType>(schema: T, byDefault: Written<T>, write: string, description: string): z.ZodPrefault<T> {
  return declare(z.prefault(schema, byDefault) as z.ZodPrefault<T>, { description, write, byDefault });
}

/** A setting that must be written: an entry of a list has no default name. */
export function required<T extends z.ZodType>(schema: T, write: string, description: string): T {
  return declare(schema, { description, write });
}

function declare<T extends z.ZodType>(schema: T, meta: SettingMeta): T {
  declared.add(schema, meta);
  return schema;
}

/** Settings that belong together; a file that leaves the section out gets all defaults. `rule` holds between them. */
export function section<T extends z.ZodRawShape>(description: string, shape: T, rule?: Rule<z.output<z.ZodObject<T, z.core.$strict>>>) {
  const schema = rule ? z.strictObject(shape).check(between(rule)) : z.strictObject(shape);
  return declare(z.prefault(schema, {} as Written<typeof schema>) as z.ZodPrefault<typeof schema>, {
    description,
    write: `a section with the keys ${keysOf(shape)}`,
  });
}

/** Calls `refuse` for each thing in `value` that breaks the rule: where, and what and what to do. */
export type Rule<T> = (value: T, refuse: (at: readonly (string | number)[], sentence: string) => void) => void;

/** A rule as a zod check. It sits on the smallest schema that it speaks of, so that faults elsewhere do not silence it. */
export function between<T>(rule: Rule<T>): z.core.CheckFn<T> {
  return (context) =>
    rule(context.value, (path, message) =>
      context.issues.push({ code: 'custom', path: [...path], message, input: context.value, params: { sentence: true } }),
    );
}

/** One entry of a list of sections. */
export function entry<T extends z.ZodRawShape>(shape: T, rule?: Rule<z.output<z.ZodObject<T, z.core.$strict>>>) {
  const schema = rule ? z.strictObject(shape).check(between(rule)) : z.strictObject(shape);
  return declare(schema, { description: '', write: `an entry with the keys ${keysOf(shape)}` });
}

function keysOf(shape: z.ZodRawShape): string {
  return Object.keys(shape).join(', ');
}

/** A text that `parse` reads; what it cannot read is refused. */
function parsed<T>(parse: (text: string) => T | undefined) {
  return z.string().transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', input: text });
    return z.NEVER;
  });
}

export const duration = parsed<Microseconds>((text) => {
  const microseconds = parseDuration(text);
  return microseconds !== undefined && microseconds > 0 && Number.isSafeInteger(microseconds) ? microseconds : undefined;
});
export const durationForm = 'a duration above zero such as 30d, 12h, 5m or 90s';

export const prefix = parsed<Prefix>(parsePrefix);
export const prefixForm = 'a prefix such as 10.0.0.0/8 or fd00::/8, or one address';
export const address = parsed<Address>(parseAddress);
export const addressForm = 'an IPv4 or IPv6 address';
export const mac = parsed<Mac>(parseMac);
export const macForm = 'a MAC address such as 02:00:5e:10:00:01';

/** Where a server listens. */
export interface Endpoint {
  /** Text of the address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** An address and a port; the empty text, as `null`, means not at all. Names are refused: what they resolve to may change. */
export const listen = parsed<Endpoint | null>((text) => {
  if (text === '') return null;
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text);
  if (!found) return undefined;
  const host = (found[1] ?? found[2]) as string;
  const port = Number(found[3]);
  const isBracketed = found[1] !== undefined;
  if (parseAddress(host) === undefined || host.includes(':') !== isBracketed || port < 1 || port > 65_535) return undefined;
  return { host, port };
});
export const listenForm = 'an address and a port such as "127.0.0.1:8420" or "[::1]:8420", or "" for none';

/** Only this machine itself can reach it. */
export function isLoopback(endpoint: Endpoint): boolean {
  return endpoint.host.startsWith('127.') || parseAddress(endpoint.host) === 1n;
}
