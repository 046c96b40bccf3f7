/** What is wrong with a configuration, for the person who wrote it: one line a fault, `key: what, what to do`. */

import { z } from 'zod';
import { settingMeta } from './setting.ts';

type Path = readonly PropertyKey[];

/** Lines for zod's `issues` about `value` under `schema`: every fault once, in the order of the keys. */
export function configurationFaults(schema: z.ZodType, value: unknown, issues: readonly z.core.$ZodIssue[]): string[] {
  return [...new Set(issues.flatMap((issue) => linesOf(schema, value, issue)))];
}

function linesOf(schema: z.ZodType, value: unknown, issue: z.core.$ZodIssue): string[] {
  const at = lookUp(schema, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = at instanceof z.ZodObject ? Object.keys(at.shape) : [];
    return issue.keys.map((key) => `${formatPath([...issue.path, key])}: is no setting, ${adviceFor(key, known)}`);
  }
  // Rules between settings bring their own sentence.
  if (issue.code === 'custom' && issue.params?.sentence) return [`${formatPath(issue.path)}: ${issue.message}`];
  const write = metaAt(schema, issue.path)?.write ?? 'a section of settings';
  return [`${formatPath(issue.path)}: ${describe(valueAt(value, issue.path))}, write ${write}`];
}

function adviceFor(key: string, known: readonly string[]): string {
  const near = known.find((name) => distance(name.toLowerCase(), key.toLowerCase()) <= 2);
  return near ? `did you mean ${near}?` : `remove it or use one of ${known.join(', ')}`;
}

/** `interfaces[0].role`; a key that is no plain word is quoted, so that it cannot play with the terminal. */
function formatPath(path: Path): string {
  const text = path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = /^[A-Za-z0-9_-]{1,64}$/.test(String(part)) ? String(part) : quote(String(part));
    return text === '' ? name : `${text}.${name}`;
  }, '');
  return text === '' ? 'the file' : text;
}

function describe(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is empty';
  if (Array.isArray(value)) return 'is a list';
  if (typeof value === 'object') return 'is a section';
  return `is ${typeof value === 'string' ? quote(value) : String(value)}`;
}

/** Printable ASCII in quotes, everything else escaped, cut after 60 characters. */
function quote(text: string): string {
  const cut = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(cut).replace(/[^\x20-\x7e…]/g, escaped);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inside, part) => (inside as Record<PropertyKey, unknown> | null | undefined)?.[part], value);
}

/** The schema at `path`, without its default. */
function lookUp(schema: z.ZodType, path: Path): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((inside, part) => (inside ? open(step(inside, part)) : undefined), open(schema));
}

function metaAt(schema: z.ZodType, path: Path) {
  const parent = lookUp(schema, path.slice(0, -1));
  const own = parent && path.length > 0 ? step(parent, path.at(-1) as PropertyKey) : undefined;
  return own && settingMeta(own);
}

function step(schema: z.ZodType, part: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodObject && typeof part === 'string' && Object.hasOwn(schema.shape, part))
    return schema.shape[part] as z.ZodType;
  return undefined;
}

function open(schema: z.ZodType | undefined): z.ZodType | undefined {
  return schema instanceof z.ZodPrefault ? open(schema.unwrap() as z.ZodType) : schema;
}

export interface SettingLine {
  /** `capture.ringMiB` */
  readonly key: string;
  readonly description: string;
  /** As it would be written in a file. */
  readonly byDefault: unknown;
}

/** Every setting outside lists, in the order of declaration, with its default: for documentation and for holding it to the truth. */
export function describeSettings(schema: z.ZodType, above: readonly string[] = []): SettingLine[] {
  const inside = open(schema);
  if (!(inside instanceof z.ZodObject)) return [];
  return Object.entries(inside.shape).flatMap(([name, part]) => {
    const path = [...above, name];
    const meta = settingMeta(part as z.ZodType);
    if (!meta) throw new Error(`unreachable: ${path.join('.')} is not declared through app/setting.ts`);
    if (open(part as z.ZodType) instanceof z.ZodObject) return describeSettings(part as z.ZodType, path);
    return [{ key: path.join('.'), description: meta.description, byDefault: meta.byDefault }];
  });
}

/** Levenshtein distance; both texts are keys, so short. Returns 99 for long ones without looking. */
function distance(left: string, right: string): number {
  if (left.length > 40 || right.length > 40) return 99;
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[right.length] as number;
}
