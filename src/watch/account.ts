/** The books of all captures added up over their spans, and whether they balance. */

import type { CaptureRecord } from '../record/capture.ts';
import { type CountsByReason, type HealthRecord, imbalance } from '../record/health.ts';
import type { AccountOutput } from '../record/output/account.ts';

/** In the order in which frames pass the stages. */
const order = [
  'link',
  'capture',
  'wire',
  'meter',
  'handover',
  'store',
  'dark-frames',
  'dark-questions',
  'dark-packets',
  'dark-rows',
  'logs',
];

/** @param isRunning a box holds the store: its live sessions are open, not cut off */
export function accountOf(
  records: readonly HealthRecord[],
  read: readonly CaptureRecord[],
  isRunning: boolean,
  blindSpots: readonly string[] = [],
): AccountOutput {
  // The books of a file are written when it has been read to its end; those of a live session go along with it.
  const unfinished = read.filter(({ kind, state }) => kind !== 'live' && state !== 'complete').map(({ name }) => name);
  const cutOff = read.filter(({ kind, state }) => kind === 'live' && (state === 'cut' || (state === 'reading' && !isRunning)));
  const groups = new Map<string, HealthRecord[]>();
  for (const record of records) {
    const key = `${record.capture} ${record.stage}`;
    const rows = groups.get(key);
    if (rows) rows.push(record);
    else groups.set(key, [record]);
  }
  const sums = [...groups.values()].map((rows) => sumOf(rows.toSorted((a, b) => a.from - b.from)));
  const stages = sums.map(({ output }) => output).toSorted(byStage);
  const booksBalance = sums.every(({ isBalanced }) => isBalanced);
  const balanced = unfinished.length === 0 && booksBalance;
  return { balanced, booksBalance, unfinished, cutOff: cutOff.map(({ name }) => name), blindSpots: [...blindSpots], stages };
}

type Stage = AccountOutput['stages'][number];

function byStage(a: Stage, b: Stage): number {
  const rank = ({ stage }: Stage) => (order.includes(stage) ? order.indexOf(stage) : order.length);
  return rank(a) - rank(b) || (a.interface < b.interface ? -1 : a.interface > b.interface ? 1 : 0);
}

/** One stage of one capture over its spans: each balances, and begins with what the one before held. */
function sumOf(rows: readonly HealthRecord[]): { output: Stage; isBalanced: boolean } {
  const [first, last] = [rows[0] as HealthRecord, rows.at(-1) as HealthRecord];
  const total = (name: 'in' | 'out') => rows.reduce((sum, row) => sum + row[name], 0);
  const reasons = (name: 'refused' | 'dropped') => {
    const counts: CountsByReason = {};
    for (const row of rows) for (const [reason, count] of Object.entries(row[name])) counts[reason] = (counts[reason] ?? 0) + count;
    return counts;
  };
  const isChain = rows.every((row, i) => i === 0 || (row.carried ?? 0) === (rows[i - 1] as HealthRecord).held);
  const { stage, interface: name, unit } = last;
  const output = {
    stage,
    interface: name,
    unit,
    carried: first.carried ?? 0,
    in: total('in'),
    out: total('out'),
    held: last.held,
    refused: reasons('refused'),
    dropped: reasons('dropped'),
  };
  return { output, isBalanced: isChain && rows.every((row) => imbalance(row) === 0) };
}
