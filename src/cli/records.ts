/** `yoban timeline --records`: whole records of event logs, one a line. */

import { formatTime } from '../base/time.ts';
import { type OpenLogOptions, openLog } from '../logs/edge/logFile.ts';
import type { LogEntry } from '../logs/logEntry.ts';
import { writeXml } from '../logs/xmlElement.ts';
import { describeEvent } from '../record/output/records.ts';
import { writeResult } from './output.ts';

export async function printRecords(
  paths: readonly string[],
  options: OpenLogOptions,
  format: 'json' | 'xml',
  signal: AbortSignal,
): Promise<void> {
  for (const path of paths) {
    const log = await openLog(path, options);
    for await (const batch of log.entries('text')) {
      signal.throwIfAborted();
      const lines = batch.flatMap((entry) => line(entry, format));
      if (lines.length > 0) await writeResult(`${lines.join('\n')}\n`);
    }
    const { seen, parsed, failed, recovered } = log.counters;
    const last = log.faults.map(({ layer, kind, count }) => `${layer} ${kind} ${count}`).join(', ') || 'none';
    const more = log.unreadableInSlack === 0 ? '' : ` (${log.unreadableInSlack} more in slack space cannot be read any more)`;
    process.stderr.write(
      `${path}: ${seen} records seen, ${parsed} parsed, ${failed} failed, ${recovered} recovered${more}; faults: ${last}\n`,
    );
    for (const note of log.notes) process.stderr.write(`${path}: ${note}\n`);
  }
}

function line({ record, element, text }: LogEntry, format: 'json' | 'xml'): string[] {
  if (format === 'json') return [JSON.stringify(describeEvent(record))];
  if (text !== undefined) return [text];
  // Forms without XML of their own, JSON for one, have none to print.
  return element
    ? [writeXml(element)]
    : [`<!-- ${formatTime(record.time)} ${record.channel.replaceAll('--', '')} ${record.recordId}: this form of log has no XML -->`];
}
