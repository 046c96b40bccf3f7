/** `yoban timeline --records`: whole records of event logs, one a line. */

import { formatTime } from '../base/time.ts';
import { openLog } from '../logs/edge/logFile.ts';
import type { LogEntry } from '../logs/logEntry.ts';
import { writeXml } from '../logs/xmlElement.ts';
import { describeEvent } from '../record/output/records.ts';
import { writeResult } from './output.ts';

export async function printRecords(
  paths: readonly string[],
  zone: string | undefined,
  format: 'json' | 'xml',
  signal: AbortSignal,
): Promise<void> {
  for (const path of paths) {
    const log = await openLog(path, zone === undefined ? {} : { zone });
    for await (const batch of log.entries('text')) {
      signal.throwIfAborted();
      const lines = batch.flatMap((entry) => line(entry, format));
      if (lines.length > 0) await writeResult(`${lines.join('\n')}\n`);
    }
    const { seen, parsed, failed, recovered } = log.counters;
    const last = log.faults.map(({ layer, kind, count }) => `${layer} ${kind} ${count}`).join(', ') || 'none';
    process.stderr.write(`${path}: ${seen} records seen, ${parsed} parsed, ${failed} failed, ${recovered} recovered; faults: ${last}\n`);
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
