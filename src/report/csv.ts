/** The report as CSV (RFC 4180): one line for each destination of each host, for spreadsheets and scripts. */

import { printable } from '../base/printable.ts';
import type { ReportDestination, ReportHost, ReportOutput } from '../record/output/report.ts';

type Cell = string | number | boolean | null;

const columns: readonly (readonly [title: string, cell: (host: ReportHost, destination: ReportDestination) => Cell])[] = [
  ['priority', (_, { priority }) => priority],
  ['status', (_, { status }) => status],
  ['host', ({ host }) => host],
  ['mac', ({ mac }) => mac],
  ['name', (_, { name }) => name],
  ['address', (_, { address }) => address],
  ['protocol', (_, { protocol }) => protocol],
  ['port', (_, { port }) => port],
  ['application', (_, { application }) => application],
  ['direction', (_, { direction }) => direction],
  ['scope', (_, { scope }) => scope],
  ['packets', (_, { packets }) => packets],
  ['octets', (_, { octets }) => octets],
  ['sentPackets', (_, { sentPackets }) => sentPackets],
  ['receivedPackets', (_, { receivedPackets }) => receivedPackets],
  ['firstAt', (_, { firstAt }) => firstAt],
  ['lastAt', (_, { lastAt }) => lastAt],
  ['nameProof', (_, { nameProof }) => nameProof],
  ['reason', (_, { reason }) => reason],
  ['rule', (_, { rule }) => rule],
  ['source', (_, { source }) => source],
  ['because', (_, { because }) => because.join('; ')],
  ['states', (_, { judged }) => [...new Set(judged.map(({ state, confidence }) => `${state} (${confidence})`))].join('; ')],
];

const longestCell = 2000;

/**
 * Every field quoted. A name that a sender chose must not become a formula: what begins with a sign that spreadsheets
 * calculate with gets an apostrophe before it, which they do not show.
 */
export function csvCell(value: Cell): string {
  if (typeof value === 'number') return `"${value}"`;
  const text = printable(String(value ?? ''), longestCell);
  const safe = /^[\s]*[=+\-@|%\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** Lines end in CR LF; the most suspicious destination comes first. */
export function renderCsv(report: ReportOutput): string {
  const rows = report.hosts.flatMap((host) => host.destinations.map((destination) => ({ host, destination })));
  rows.sort((a, b) => b.destination.priority - a.destination.priority);
  const lines = [
    columns.map(([title]) => csvCell(title)),
    ...rows.map(({ host, destination }) => columns.map(([, cell]) => csvCell(cell(host, destination)))),
  ];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}
