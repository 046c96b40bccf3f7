/** The report as text for people: what to look at comes first. */

import { printable } from '../base/printable.ts';
import type { ReportDestination, ReportFinding, ReportHost, ReportOutput } from '../record/output/report.ts';
import { clockSummary } from './clock.ts';
import { darkLines } from './dark.ts';
import { farEnd } from './farEnd.ts';
import { findings } from './findings.ts';
import { type Column, textTable } from './textTable.ts';

/** States of the machine as people name them, in the order of the line. */
const groups: readonly (readonly [title: string, states: readonly string[]])[] = [
  ['asleep', ['modern-sleep', 's3', 'hibernate']],
  ['off', ['off']],
  ['screen off', ['screen-off']],
  ['nobody there', ['absent', 'locked']],
  ['on', ['on']],
  ['present', ['present', 'remote']],
  ['unknown', ['unknown']],
];
/** Shown even when zero: the reader must not wonder. */
const alwaysShown = new Set(['asleep', 'off', 'present', 'unknown']);

const policyText: Readonly<Record<ReportOutput['policy'], string>> = {
  sleep: 'traffic while the event log says that the machine slept or was off',
  'no-person': 'traffic while nobody was at the keyboard',
  strict: 'traffic while the machine certainly slept or was off, edges left out',
};

/** Characters of one line of prose: notes and headings hold names that the network or a log chose. */
const longestLine = 400;
const safe = (text: string) => printable(text, longestLine);

export function renderText(report: ReportOutput): string {
  // Joined at the end: a push of a hundred thousand arguments would overflow the stack.
  const parts: string[][] = [];
  parts.push([
    'Yoban: traffic that no user started',
    `  from    ${report.from ?? '(the store is empty)'}`,
    `  to      ${report.to ?? '(the store is empty)'}`,
    `  policy  ${report.policy}: ${policyText[report.policy]}`,
    ...report.notes.map((note) => `  note    ${safe(note)}`),
  ]);
  const open = report.findings;
  if (open.length > 0) {
    const first = open.slice(0, shownFirst).map((finding) => {
      const { hosts } = finding;
      const where = hosts.length === 1 ? (hosts[0] as string) : `${hosts[0]} and ${hosts.length - 1} more`;
      return [String(finding.priority), where, finding.farEnd, String(finding.packets), why(finding)];
    });
    parts.push([
      '',
      'Look at these first',
      ...textTable([{ title: 'priority', align: 'right' }, { title: 'host' }, ...openColumns], first),
    ]);
    if (open.length > shownFirst) parts.push([`  and ${open.length - shownFirst} more, with their hosts below`]);
  } else if (report.hosts.some((host) => host.noUserStarted.packets > 0)) {
    parts.push(['', 'Nothing is left unexplained.']);
  }
  parts.push(darkLines(report.dark));
  for (const host of report.hosts.filter((candidate) => candidate.destinations.length > 0)) parts.push(['', ...hostLines(host)]);
  const quiet = report.hosts.filter((host) => host.destinations.length === 0);
  const judged = quiet.filter(({ hasLog }) => hasLog);
  const unjudged = quiet.filter(({ hasLog }) => !hasLog);
  if (judged.length > 0)
    parts.push(['', 'Hosts without traffic that no user started', ...quietTable(judged, true), ...movedClocks(judged)]);
  if (unjudged.length > 0) parts.push(['', withoutLog, ...quietTable(unjudged, false)]);
  return `${parts.flat().join('\n')}\n`;
}

export { farEnd };

const withoutLog = 'Machines without an event log: nobody can say what of their traffic a user started';
/** What fits into one look. */
const shownFirst = 10;
const openColumns: readonly Column[] = [{ title: 'far end' }, { title: 'packets', align: 'right' }, { title: 'why' }];

function why({ kind, reason, status, because }: ReportFinding): string {
  const [first, ...others] = because;
  return kind === 'far-end' ? [reason ?? status, ...others].join('; ') : [first, reason ?? status, ...others.slice(1)].join('; ');
}

function hostLines(host: ReportHost): string[] {
  const { packets, explained } = host.noUserStarted;
  const explainedOnes = host.destinations.filter(({ status }) => status === 'explained');
  const onSide = (side: ReportDestination['scope']) => explainedOnes.filter(({ scope }) => scope === side);
  return [
    safe(`${host.host}  ${host.mac ?? ''}  ${host.addresses.join(' ')}`.trimEnd()),
    `  ${hoursLine(host)}`,
    `  ${packets} packets that no user started: ${explained} explained, ${packets - explained} not`,
    ...clockLines(host),
    ...host.notes.map((note) => `  note: ${safe(note)}`),
    ...openSection(host),
    ...section('Explained, with the outside', onSide('outside')),
    ...section('Explained, inside the network', onSide('inside')),
  ];
}

function clockLines({ clock }: ReportHost): string[] {
  const summary = clockSummary(clock);
  return summary === undefined ? [] : [`  clock: ${safe(summary)}`];
}

/** Of hosts that have no section of their own: only where times were moved. */
function movedClocks(hosts: readonly ReportHost[]): string[] {
  const moved = hosts.filter(({ clock }) => clock.some(({ status }) => status === 'applied'));
  const lines = moved.slice(0, shownFirst).map(({ host, clock }) => `  clock of ${safe(host)}: ${safe(clockSummary(clock) ?? '')}`);
  return moved.length > shownFirst ? [...lines, `  and clocks of ${moved.length - shownFirst} more hosts were moved`] : lines;
}

/** Rows of one host that are one matter are one line here as well. */
function openSection(host: ReportHost): string[] {
  const open = findings([host]);
  if (open.length === 0) return [];
  const rows = open.map((finding) => [String(finding.priority), finding.farEnd, String(finding.packets), why(finding)]);
  return ['', '  Not explained', ...textTable([{ title: 'priority', align: 'right' }, ...openColumns], rows, '    ')];
}

const explainedColumns: readonly Column[] = [
  { title: 'far end' },
  { title: 'packets', align: 'right' },
  { title: 'reason' },
  { title: 'source' },
];

function section(title: string, destinations: readonly ReportDestination[]): string[] {
  if (destinations.length === 0) return [];
  const rows = destinations.map((destination) => [
    farEnd(destination),
    String(destination.packets),
    destination.reason ?? '',
    destination.source ?? '',
  ]);
  const sum = destinations.reduce((packets, destination) => packets + destination.packets, 0);
  return ['', `  ${title}`, ...textTable(explainedColumns, [...rows, ['sum', String(sum), '', '']], '    ')];
}

export function hoursLine(host: ReportHost): string {
  return groups
    .map(([title, states]) => [title, states.reduce((sum, state) => sum + (host.hours[state] ?? 0), 0)] as const)
    .filter(([title, hours]) => hours >= 0.05 || alwaysShown.has(title))
    .map(([title, hours]) => `${title} ${hours.toFixed(1)} h`)
    .join('   ');
}

function quietTable(hosts: readonly ReportHost[], withHours: boolean): string[] {
  const packets = (host: ReportHost) => Object.values(host.traffic).reduce((sum, traffic) => sum + traffic.packets, 0);
  const columns: Column[] = [{ title: 'host' }, { title: 'MAC address' }, { title: 'addresses' }, { title: 'packets', align: 'right' }];
  const rows = hosts.map((host) => [
    host.host,
    host.mac ?? '',
    host.addresses.join(' '),
    String(packets(host)),
    ...(withHours ? [hoursLine(host)] : []),
  ]);
  return textTable(withHours ? [...columns, { title: 'hours' }] : columns, rows);
}
