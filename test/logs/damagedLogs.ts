/**
 * Reads damaged variants of EVTX chunks, as a process of its own with `--expose-gc`, and prints what became of them as JSON.
 *
 * Usage: node --expose-gc damagedLogs.js VARIANTS SEED FILE…
 */

import { readFileSync } from 'node:fs';
import { EvtxReader } from '../../src/logs/evtx/evtxReader.ts';

export interface DamageReport {
  readonly variants: number;
  readonly parsed: number;
  readonly failed: number;
  readonly recovered: number;
  /** Heap in use after a collection, octets: at the end of each tenth of the run. */
  readonly heaps: readonly number[];
}

const chunkLength = 65_536;
const headerLength = 4096;
const ways = [undefined, 'element', 'text'] as const;

const [, , variantsText, seedText, ...paths] = process.argv;
const variants = Number(variantsText);
const collect = globalThis.gc;
if (!collect) throw new Error('unreachable: run with --expose-gc');

let state = Number(seedText);
function next(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const files = paths.map((path) => readFileSync(path));
let [parsed, failed, recovered] = [0, 0, 0];
const heaps: number[] = [];
for (let i = 0; i < variants; i++) {
  const file = files[i % files.length] as Buffer;
  const at = headerLength + chunkLength * next(Math.max(1, Math.floor((file.length - headerLength) / chunkLength)));
  const variant = Buffer.from(file.subarray(at, at + chunkLength));
  for (let flips = 1 + next(8); flips > 0; flips--) variant[next(6) === 0 ? next(512) : next(variant.length)] = next(256);
  const reader = new EvtxReader(ways[i % ways.length]);
  // Some are cut off as well.
  const entries = [...reader.push(next(10) === 0 ? variant.subarray(0, next(variant.length)) : variant), ...reader.end()];
  const { counters, faults } = reader;
  if (counters.seen !== counters.parsed + counters.failed) throw new Error(`variant ${i}: the books do not balance`);
  if (entries.length !== counters.parsed + counters.recovered) throw new Error(`variant ${i}: records went missing`);
  if (faults.count < counters.failed) throw new Error(`variant ${i}: a record was lost without a fault`);
  parsed += counters.parsed;
  failed += counters.failed;
  recovered += counters.recovered;
  if (Math.floor(((i + 1) * 10) / variants) > heaps.length) {
    collect();
    heaps.push(process.memoryUsage().heapUsed);
  }
}
process.stdout.write(JSON.stringify({ variants, parsed, failed, recovered, heaps } satisfies DamageReport));
