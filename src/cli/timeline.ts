/** `yoban timeline`: host-state intervals from event logs. Keeps nothing. */

import { Command, Option } from 'commander';
import { Failure } from '../base/failure.ts';
import { FaultTally } from '../base/faultTally.ts';
import { printable } from '../base/printable.ts';
import { formatTime, hour, parseTime, second } from '../base/time.ts';
import { logReading, type OpenLogOptions, openLog } from '../logs/edge/logFile.ts';
import type { EventRecord } from '../record/event.ts';
import type { IntervalRecord } from '../record/interval.ts';
import { type TimelineOutput, timelineOutput } from '../record/output/timeline.ts';
import { barLegend, dayBars } from '../report/dayBars.ts';
import { textTable } from '../report/textTable.ts';
import { groupByHost } from '../timeline/hostNames.ts';
import { buildIntervals } from '../timeline/intervals.ts';
import { type Format, writeJson, writeResult } from './output.ts';
import { printRecords } from './records.ts';
import { encodingOption, formatOption, zoneOption } from './storeFolder.ts';

export function timelineCommand(signal: AbortSignal): Command {
  return new Command('timeline')
    .description('Prints the states of hosts, as their event logs tell them: asleep, off, on, and whether a person was there.')
    .argument('<files...>', 'event logs')
    .option(...zoneOption)
    .option(...encodingOption)
    .option('--records', 'print the records themselves, one a line')
    .addOption(new Option(...formatOption).choices(['text', 'json', 'xml']).default('text'))
    .action((paths: string[], options: Options) => timeline(paths, options, signal));
}

interface Options {
  readonly zone?: string;
  readonly encoding?: string;
  readonly records?: boolean;
  readonly format: Format | 'xml';
}

async function timeline(paths: readonly string[], { records, format, ...options }: Options, signal: AbortSignal): Promise<void> {
  const how = logReading(options);
  if (records) return printRecords(paths, how, format === 'text' ? 'json' : format, signal);
  if (format === 'xml') throw new Failure('USAGE_FORMAT', 'intervals are not printed as XML', 'take --format json, or --records');
  const output = await readTimelines(paths, how, signal);
  return format === 'json' ? writeJson(timelineOutput, output) : writeResult(render(output));
}

async function readTimelines(paths: readonly string[], how: OpenLogOptions, signal: AbortSignal): Promise<TimelineOutput> {
  const events: EventRecord[] = [];
  const tally = new FaultTally();
  for (const path of paths) {
    const log = await openLog(path, how);
    for await (const batch of log) {
      signal.throwIfAborted();
      for (const event of batch) events.push(event);
    }
    for (const note of log.notes) process.stderr.write(`${path}: ${note}\n`);
    for (const { layer, kind, count } of log.faults) tally.add({ layer, kind }, count);
  }
  const recordIds = new Map(events.map(({ id, recordId }) => [id, recordId]));
  const hosts = [...groupByHost(events)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([host, own]) => ({ host, intervals: buildIntervals(own).map((interval) => describe(interval, recordIds)) }));
  return { hosts, faults: tally.list() };
}

function describe(
  interval: IntervalRecord,
  recordIds: ReadonlyMap<string, number | null>,
): TimelineOutput['hosts'][number]['intervals'][number] {
  const { axis, state, confidence, rule, fromGuardUs, toGuardUs } = interval;
  return {
    axis,
    state,
    from: formatTime(interval.from),
    to: formatTime(interval.to),
    confidence,
    evidence: interval.evidence.map((id) => recordIds.get(id) ?? id),
    rule,
    fromGuardSeconds: fromGuardUs / second,
    toGuardSeconds: toGuardUs / second,
  };
}

function stretches(intervals: TimelineOutput['hosts'][number]['intervals'], wanted: 'machine' | 'person') {
  const own = intervals.filter(({ axis }) => axis === wanted);
  return own.map(({ state, from, to }) => ({ state, from: parseTime(from) ?? 0, to: parseTime(to) ?? 0 }));
}

function render({ hosts, faults }: TimelineOutput): string {
  const lines = hosts.flatMap(({ host, intervals }) => [
    printable(host),
    ...(['machine', 'person'] as const).flatMap((axis) => [`  ${axis}`, ...dayBars(stretches(intervals, axis))]),
    barLegend,
    ...textTable(
      [
        { title: 'axis' },
        { title: 'state' },
        { title: 'from' },
        { title: 'hours', align: 'right' },
        { title: 'sure' },
        { title: 'because' },
        { title: 'records' },
      ],
      intervals.map(({ axis, state, from, to, confidence, rule, evidence }) => [
        axis,
        state,
        `${from.slice(0, 19)}Z`,
        (((Date.parse(to) - Date.parse(from)) * 1000) / hour).toFixed(2),
        confidence,
        rule,
        evidence.join(' '),
      ]),
    ),
    '',
  ]);
  if (hosts.length === 0) lines.push('No power, boot or session events in these logs.');
  lines.push(...faults.map(({ layer, kind, count }) => `faults: ${layer} ${kind}: ${count}`));
  return `${lines.join('\n')}\n`;
}
