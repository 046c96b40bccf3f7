/** Finding fields in JSON that shippers write nested (`winlog: { event_id }`) or flat (`"winlog.event_id"`). */

export type JsonObject = Readonly<Record<string, unknown>>;

export function valueAt(object: JsonObject, path: string): unknown {
  if (Object.hasOwn(object, path)) return object[path];
  let value: unknown = object;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** Text, number or truth value as text; the first of the paths that has one. */
export function textAt(object: JsonObject, ...paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const value = valueAt(object, path);
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  }
  return undefined;
}

const deepest = 8;
const mostData = 512;

/** Every innermost value under `value` with its own name, in the order of writing. */
export function leaves(value: unknown, name: string, into: [string, string][], depth = 0): void {
  if (into.length >= mostData || depth > deepest || value === undefined) return;
  if (value === null) into.push([name, '']);
  else if (Array.isArray(value)) for (const item of value) leaves(item, name, into, depth + 1);
  else if (typeof value === 'object') for (const [key, inside] of Object.entries(value)) leaves(inside, key, into, depth + 1);
  else into.push([name, String(value)]);
}
