/** `yoban timeline`: host-state intervals from event logs. Keeps nothing. */

import { Command, Option } from 'commander';
import { FaultTally } from '../base/faultTally.ts';
import { formatTime, hour, second } from '../base/time.ts';
import { openLog } from '../logs/edge/logFile.ts';
import type { EventRecord } from '../record/event.ts';
import type { IntervalRecord } from '../record/interval.ts';
import { type TimelineOutput, timelineOutput } from '../record/output/timeline.ts';
import { textTable } from '../report/textTable.ts';
import { buildIntervals } from '../timeline/intervals.ts';
import { type Format, writeJson, writeResult } from './output.ts';
import { formatOption } from './storeFolder.ts';

export function timelineCommand(signal: AbortSignal): Command {
  return new Command('timeline')
    .description('Prints the states of hosts, as their event logs tell them: asleep, off, on, and whether a person was there.')
    .argument('<files...>', 'event logs')
    .addOption(new Option(...formatOption).choices(['text', 'json']).default('text'))
    .action(async (paths: string[], { format }: { format: Format }) => {
      const output = await readTimelines(paths, signal);
      if (format === 'json') await writeJson(timelineOutput, output);
      else await writeResult(render(output));
    });
}

async function readTimelines(paths: readonly string[], signal: AbortSignal): Promise<TimelineOutput> {
  const byHost = new Map<string, Map<string, EventRecord>>();
  const tally = new FaultTally();
  for (const path of paths) {
    const log = await openLog(path);
    for await (const batch of log) {
      signal.throwIfAborted();
      for (const event of batch) {
        const known = byHost.get(event.host) ?? new Map<string, EventRecord>();
        byHost.set(event.host, known.set(event.id, event));
      }
    }
    for (const { layer, kind, count } of log.faults) tally.add({ layer, kind: kind as 'truncated' }, count);
  }
  const hosts = [...byHost]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([host, events]) => ({
      host,
      intervals: buildIntervals([...events.values()], {}).map((interval) => describe(interval, events)),
    }));
  return { hosts, faults: tally.list() };
}

function describe(
  interval: IntervalRecord,
  events: ReadonlyMap<string, EventRecord>,
): TimelineOutput['hosts'][number]['intervals'][number] {
  const { axis, state, confidence, rule, fromGuardUs, toGuardUs } = interval;
  return {
    axis,
    state,
    from: formatTime(interval.from),
    to: formatTime(interval.to),
    confidence,
    evidence: interval.evidence.map((id) => events.get(id)?.recordId ?? id),
    rule,
    fromGuardSeconds: fromGuardUs / second,
    toGuardSeconds: toGuardUs / second,
  };
}

function render({ hosts, faults }: TimelineOutput): string {
  const lines = hosts.flatMap(({ host, intervals }) => [
    host,
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
