/** `yoban replay`: captures and event logs in, store filled, summary printed. */

import { Command, Option } from 'commander';
import { loadConfiguration } from '../app/configuration.ts';
import { loadKnowledge } from '../app/knowledge.ts';
import { Failure } from '../base/failure.ts';
import { Casework } from '../casework/casework.ts';
import { openCapture } from '../link/captureFile.ts';
import { openLog } from '../logs/edge/logFile.ts';
import { imbalance } from '../record/health.ts';
import { type ReplayedFile, type ReplayOutput, replayOutput } from '../record/output/replay.ts';
import { textTable } from '../report/textTable.ts';
import { health, totals } from '../store/questions/facts.ts';
import { StoreServer } from '../store/server.ts';
import { Store } from '../store/store.ts';
import { checkRegularFile } from '../watch/captureIdentity.ts';
import { storeOperatorFacts } from '../watch/operatorFacts.ts';
import { type ReplayOptions, replayCapture } from '../watch/replayCapture.ts';
import { replayLog } from '../watch/replayLog.ts';
import { meterOnly } from './meterOnly.ts';
import { type Format, ProgressLine, writeJson, writeResult } from './output.ts';
import { knowledgeFolder } from './packageFiles.ts';
import { clockOption, configOption, dataOption, formatOption, storeFolder, zoneOption } from './storeFolder.ts';

interface Options {
  readonly logs: readonly string[];
  readonly zone?: string;
  readonly data?: string;
  readonly config?: string;
  readonly format: Format;
  /** `--no-store` */
  readonly store: boolean;
}

export function replayCommand(signal: AbortSignal): Command {
  return new Command('replay')
    .description('Reads captures and event logs into the store. The same file twice changes nothing.')
    .argument('[captures...]', 'capture files: pcap, pcapng, gzip-compressed or not')
    .option('--logs <files...>', 'event logs of the hosts in the captures', [])
    .option(...zoneOption)
    .option(...dataOption)
    .option(...configOption)
    .option('--no-store', 'decode and meter everything, keep nothing')
    .addOption(new Option(...formatOption).choices(['text', 'json']).default('text'))
    .action((captures: string[], options: Options) => replay(captures, options, signal));
}

async function replay(captures: readonly string[], options: Options, signal: AbortSignal): Promise<void> {
  if (captures.length + options.logs.length === 0) {
    throw new Failure('USAGE', 'nothing to replay', 'name capture files, or logs with --logs');
  }
  const configuration = await loadConfiguration(options.config);
  await checkFiles(captures, options.logs);
  if (!options.store) return print(await meterOnly(captures, options.logs, configuration.capture.maxFlows, signal), options.format, []);
  const folder = storeFolder(options.data, configuration.data);
  const explanations = await loadKnowledge(knowledgeFolder);
  const store = await Store.open(folder, { signal });
  const progress = new ProgressLine();
  try {
    const server = await StoreServer.listen(store);
    try {
      // Without a configuration nothing was said, and nothing is taken back.
      if (options.config !== undefined)
        await storeOperatorFacts(store, { inside: configuration.networks.inside, hosts: configuration.hosts });
      const files = await replayFiles(
        captures,
        options.logs,
        store,
        { sensor: configuration.sensor, maxFlows: configuration.capture.maxFlows, signal },
        progress,
      );
      const onProgress = (done: number, left: number) => progress.show(`judging: ${done} units done, ${left} left`);
      await new Casework(store, { explanations, signal, onProgress, ...clockOption(options.config, configuration) }).settle();
      progress.end();
      const [sums] = await store.ask(totals, {});
      const output = { files, flows: sums?.flows ?? 0, events: sums?.events ?? 0, intervals: sums?.intervals ?? 0 };
      await print(output, options.format, await books(store));
    } finally {
      await server.close();
    }
  } finally {
    progress.end();
    await store.close();
  }
}

/** A wrong name among many files is better told before hours of work than after. */
async function checkFiles(captures: readonly string[], logs: readonly string[]): Promise<void> {
  // First of all what kind of file it is: opening a FIFO would wait for its writer.
  for (const path of [...captures, ...logs]) await checkRegularFile(path);
  for (const path of captures) await (await openCapture(path)).close();
  for (const path of logs) await (await openLog(path)).close();
}

async function replayFiles(
  captures: readonly string[],
  logs: readonly string[],
  store: Store,
  options: ReplayOptions,
  progress: ProgressLine,
): Promise<ReplayedFile[]> {
  const files: ReplayedFile[] = [];
  for (const file of captures) {
    const replayed = await replayCapture(file, store, {
      ...options,
      onProgress: ({ octetsDone, octetsInAll, framesDone }) => {
        const rate = octetsDone / progress.elapsedSeconds;
        const left = rate > 0 ? Math.ceil((octetsInAll - octetsDone) / rate) : 0;
        progress.show(
          `${file}: ${Math.floor((100 * octetsDone) / octetsInAll)} %, ${framesDone} frames, ${(rate / 1e6).toFixed(1)} MB/s, ${left} s left`,
        );
      },
    });
    files.push(describe(file, replayed));
  }
  for (const file of logs) files.push(describe(file, await replayLog(file, store, options)));
  return files;
}

function describe(
  file: string,
  {
    record,
    alreadyStored,
  }: { record: { kind: string; frames: number; records: number; faults: { count: number }[] }; alreadyStored: boolean },
): ReplayedFile {
  const faults = record.faults.reduce((sum, { count }) => sum + count, 0);
  return { file, kind: record.kind === 'log' ? 'log' : 'capture', frames: record.frames, records: record.records, faults, alreadyStored };
}

/** One line for each stage that lost, refused or cannot account for something; nothing where all books are clean. */
async function books(store: Store): Promise<string[]> {
  return (await store.ask(health, {})).flatMap((stage) => {
    const refusals = Object.entries({ ...stage.refused, ...stage.dropped })
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => `${count} ${reason}`);
    const missing = imbalance(stage);
    if (missing !== 0) refusals.push(`${missing} not accounted for: this is a fault of Yoban, please report it`);
    return refusals.length > 0 ? [`  ${stage.interface}: ${stage.stage}: of ${stage.in} ${stage.unit}: ${refusals.join(', ')}`] : [];
  });
}

async function print(output: ReplayOutput, format: Format, remarks: readonly string[]): Promise<void> {
  if (format === 'json') return writeJson(replayOutput, output);
  const rows = output.files.map(({ file, kind, frames, records, faults, alreadyStored }) => [
    file,
    kind,
    kind === 'log' ? `${records} records` : `${frames} frames`,
    `${faults} faults`,
    alreadyStored ? 'already stored' : '',
  ]);
  const table = textTable([{ title: 'file' }, { title: 'kind' }, { title: 'read' }, { title: 'faults' }, { title: '' }], rows);
  const sums = `  in the store: ${output.flows} flow slices, ${output.events} events, ${output.intervals} host-state intervals`;
  await writeResult(`${[...table, sums, ...remarks].join('\n')}\n`);
}
