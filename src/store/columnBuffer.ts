/**
 * Values of one column that wait for a commit, in typed arrays laid out as DuckDB's vectors are, so that 2,048 of them are copied at once.
 *
 * As an object a flow takes 1,500 octets, which wait long enough to end in the old part of the heap and are rubbish when they arrive there.
 * Here it takes some 300, again and again the same ones, and a commit makes no object for a value.
 */

import duckdb, { type Vector } from '@duckdb/node-bindings';
import type { ColumnType } from '../record/field.ts';

export interface ColumnBuffer {
  /** Copies a value as records hold it: see `record/field.ts`. */
  push(value: unknown): void;
  /** Takes a place without a value: what lies there is not looked at. */
  pushNothing(): void;
  /** Copies the values `from` to `from + count` into a vector of DuckDB, from its start. */
  fill(vector: Vector, from: number, count: number): void;
  /** Forgets all values. Their memory is kept for the next ones, up to a bound. */
  clear(): void;
}

/** @param nullable null and undefined are taken, and become null */
export function columnBuffer(column: ColumnType, nullable: boolean): ColumnBuffer {
  if (nullable) return new NullableBuffer(columnBuffer(column, false));
  if (column.endsWith('[]')) return new ListBuffer(columnBuffer(column.slice(0, -2) as ColumnType, false));
  if (column === 'VARCHAR') return new TextBuffer(String);
  if (column === 'JSON') return new TextBuffer(JSON.stringify);
  return new PlainBuffer(layouts[column as keyof typeof layouts]);
}

type Words = Uint8Array | Uint16Array | Uint32Array | Float64Array | BigUint64Array;

interface Layout {
  readonly make: (words: number) => Words;
  readonly wordsEach: number;
  /** Puts one value into `words`, at `at`. An element of a typed array keeps the lower bits of what it is given. */
  readonly put: (words: never, at: number, value: never) => void;
}

const oneWord = (words: Uint32Array, at: number, value: number) => {
  words[at] = value;
};

/** 64 bits with a sign, of a whole number: no bigint is made on the way. */
const integer: Layout = {
  make: (words) => new Uint32Array(words),
  wordsEach: 2,
  put: (words: Uint32Array, at, value: number) => {
    words[at] = value;
    words[at + 1] = Math.floor(value / 2 ** 32);
  },
};

const layouts = {
  BOOLEAN: { make: (words) => new Uint8Array(words), wordsEach: 1, put: oneWord },
  UTINYINT: { make: (words) => new Uint8Array(words), wordsEach: 1, put: oneWord },
  USMALLINT: { make: (words) => new Uint16Array(words), wordsEach: 1, put: oneWord },
  UINTEGER: { make: (words) => new Uint32Array(words), wordsEach: 1, put: oneWord },
  DOUBLE: { make: (words) => new Float64Array(words), wordsEach: 1, put: oneWord },
  BIGINT: integer,
  TIMESTAMP: integer,
  UHUGEINT: {
    make: (words) => new BigUint64Array(words),
    wordsEach: 2,
    put: (words: BigUint64Array, at, value: bigint) => {
      words[at] = value;
      words[at + 1] = value >> 64n;
    },
  },
} satisfies Record<string, Layout>;

const fewest = 64;
/** Values for which memory is kept: more than the lists of a commit's flows hold, or each commit would grow the same arrays anew. */
const mostKept = 131_072;

class PlainBuffer implements ColumnBuffer {
  words: Words;
  count = 0;

  constructor(private readonly layout: Layout) {
    this.words = layout.make(fewest * layout.wordsEach);
  }

  push(value: unknown): void {
    const at = this.place();
    this.layout.put(this.words as never, at, value as never);
  }

  pushNothing(): void {
    this.place();
  }

  fill(vector: Vector, from: number, count: number): void {
    const { buffer, BYTES_PER_ELEMENT } = this.words;
    const octetsEach = this.layout.wordsEach * BYTES_PER_ELEMENT;
    duckdb.copy_data_to_vector(vector, 0, buffer as ArrayBuffer, from * octetsEach, count * octetsEach);
  }

  clear(): void {
    const { make, wordsEach } = this.layout;
    this.count = 0;
    if (this.words.length > mostKept * wordsEach) this.words = make(fewest * wordsEach);
  }

  /** Position of the words of one more value. */
  private place(): number {
    const at = this.count++ * this.layout.wordsEach;
    if (at === this.words.length) {
      const grown = this.layout.make(this.words.length * 2);
      (grown as Uint8Array).set(this.words as Uint8Array);
      this.words = grown;
    }
    return at;
  }
}

/** Few texts are different: each is held once. */
class TextBuffer implements ColumnBuffer {
  /** Number of each row's text in `texts`. */
  private readonly numbers = new PlainBuffer(layouts.UINTEGER);
  private readonly numberOf = new Map<string, number>();
  private texts: string[] = [''];

  constructor(private readonly write: (value: unknown) => string) {}

  push(value: unknown): void {
    const text = this.write(value);
    let number = this.numberOf.get(text);
    if (number === undefined) {
      number = this.texts.push(text) - 1;
      this.numberOf.set(text, number);
    }
    this.numbers.push(number);
  }

  pushNothing(): void {
    this.numbers.push(0);
  }

  fill(vector: Vector, from: number, count: number): void {
    for (let i = 0; i < count; i++)
      duckdb.vector_assign_string_element(vector, i, this.texts[this.numbers.words[from + i] as number] as string);
  }

  clear(): void {
    this.numbers.clear();
    this.numberOf.clear();
    this.texts = [''];
  }
}

class ListBuffer implements ColumnBuffer {
  /** Of each list, the position behind its last element. */
  private readonly ends = new PlainBuffer(layouts.UINTEGER);
  private end = 0;
  /** Where each list of a chunk begins, and how long it is: 64 bits each, of which the upper 32 stay zero. */
  private entries = new Uint32Array(0);

  constructor(private readonly elements: ColumnBuffer) {}

  push(value: unknown): void {
    const list = value as readonly unknown[];
    for (const element of list) this.elements.push(element);
    this.end += list.length;
    this.ends.push(this.end);
  }

  pushNothing(): void {
    this.ends.push(this.end);
  }

  fill(vector: Vector, from: number, count: number): void {
    if (this.entries.length < count * 4) this.entries = new Uint32Array(count * 4);
    const first = this.endOf(from - 1);
    for (let i = 0; i < count; i++) {
      const begin = this.endOf(from + i - 1);
      this.entries[i * 4] = begin - first;
      this.entries[i * 4 + 2] = this.endOf(from + i) - begin;
    }
    const length = this.endOf(from + count - 1) - first;
    duckdb.list_vector_reserve(vector, length);
    duckdb.list_vector_set_size(vector, length);
    this.elements.fill(duckdb.list_vector_get_child(vector), first, length);
    duckdb.copy_data_to_vector(vector, 0, this.entries.buffer, 0, count * 16);
  }

  clear(): void {
    this.elements.clear();
    this.ends.clear();
    this.end = 0;
  }

  private endOf(index: number): number {
    return index < 0 ? 0 : (this.ends.words[index] as number);
  }
}

class NullableBuffer implements ColumnBuffer {
  /** A bit for each row, in words of 64: 1 where there is a value. */
  private bits = new Uint8Array(fewest / 8);
  private count = 0;

  constructor(private readonly values: ColumnBuffer) {}

  push(value: unknown): void {
    const isPresent = value !== null && value !== undefined;
    if (isPresent) this.values.push(value);
    else this.values.pushNothing();
    const at = this.count >>> 3;
    if (at === this.bits.length) {
      const grown = new Uint8Array(this.bits.length * 2);
      grown.set(this.bits);
      this.bits = grown;
    }
    if (isPresent) this.bits[at] = (this.bits[at] as number) | (1 << (this.count & 7));
    this.count++;
  }

  pushNothing(): void {
    this.push(null);
  }

  /** @param from a multiple of 64 */
  fill(vector: Vector, from: number, count: number): void {
    this.values.fill(vector, from, count);
    duckdb.vector_ensure_validity_writable(vector);
    duckdb.copy_data_to_vector_validity(vector, 0, this.bits.buffer, from / 8, Math.ceil(count / 64) * 8);
  }

  clear(): void {
    this.values.clear();
    this.count = 0;
    if (this.bits.length > mostKept / 8) this.bits = new Uint8Array(fewest / 8);
    else this.bits.fill(0);
  }
}
