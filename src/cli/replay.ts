/** `yoban replay`: captures and event logs in, store filled, summary printed. */

import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Command, Option } from 'commander';
import { loadConfiguration } from '../app/configuration.ts';
import { loadKnowledge } from '../app/knowledge.ts';
import { Failure } from '../base/failure.ts';
import { Casework } from '../casework/casework.ts';
import { openCapture } from '../link/captureFile.ts';
import { type LogReading, logReading, openLog } from '../logs/edge/logFile.ts';
import { type ReplayOutput, replayOutput } from '../record/output/replay.ts';
import { textTable } from '../report/textTable.ts';
import { StoreClient } from '../store/client.ts';
import { StoreServer } from '../store/server.ts';
import { Store } from '../store/store.ts';
import { checkRegularFile } from '../watch/captureIdentity.ts';
import { storeOperatorFacts } from '../watch/operatorFacts.ts';
import { type ReplayedFiles, type ReplayOrder, replayFiles, replayOrderName } from '../watch/replayFiles.ts';
import { meterOnly } from './meterOnly.ts';
import { type Format, ProgressLine, writeJson, writeResult } from './output.ts';
import { knowledgeFolder } from './packageFiles.ts';
import { clockOption, configOption, dataOption, encodingOption, formatOption, storeFolder, zoneOption } from './storeFolder.ts';

interface Options {
  readonly logs: readonly string[];
  readonly zone?: string;
  readonly encoding?: string;
  readonly data?: string;
  readonly config?: string;
  readonly format: Format;
  /** `--no-store` */
  readonly store: boolean;
}

export function replayCommand(signal: AbortSignal): Command {
  return new Command('replay')
    .description('Reads captures and event logs into the store. The same file twice changes nothing.')
    .argument('[captures...]', 'capture files: pcap, pcapng, plain or compressed with gzip or zstd')
    .option('--logs <files...>', 'event logs of the hosts in the captures', [])
    .option(...zoneOption)
    .option(...encodingOption)
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
  const reading = logReading(options);
  await checkFiles(captures, options.logs, reading);
  if (!options.store)
    return print(await meterOnly(captures, options.logs, reading, configuration.capture.maxFlows, signal), options.format, []);
  const folder = storeFolder(options.data, configuration.data);
  const order: ReplayOrder = {
    captures: captures.map((file) => resolve(file)),
    logs: options.logs.map((file) => resolve(file)),
    ...reading,
  };
  const progress = new ProgressLine();
  try {
    const { output, remarks } =
      (await throughTheBox(folder, order, progress, signal)) ?? (await here(folder, order, options, progress, signal));
    progress.end();
    // As they were named.
    const names = [...captures, ...options.logs];
    const files = output.files.map((file, i) => ({ ...file, file: names[i] ?? file.file }));
    await print({ ...output, files }, options.format, remarks);
  } finally {
    progress.end();
  }
}

/** A box that holds the store takes files in itself, and judges them at once; `undefined` where nobody does. */
async function throughTheBox(
  folder: string,
  order: ReplayOrder,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<ReplayedFiles | undefined> {
  const client = await StoreClient.connect(folder);
  if (!client) return undefined;
  const leave = () => void client.close();
  signal.addEventListener('abort', leave, { once: true });
  try {
    return (await client.order(replayOrderName, order, (text) => progress.show(text))) as ReplayedFiles | undefined;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
    await client.close();
  }
}

async function here(
  folder: string,
  order: ReplayOrder,
  options: Options,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<ReplayedFiles> {
  // Rubbish that grew old waits for a third of what lives, not for several times that: it costs no time that could be measured, and some 15 MB less.
  setFlagsFromString('--heap-growing-percent=30');
  const configuration = await loadConfiguration(options.config);
  const explanations = await loadKnowledge(knowledgeFolder);
  const store = await Store.open(folder, { signal });
  try {
    const server = await StoreServer.listen(store);
    try {
      // Without a configuration nothing was said, and nothing is taken back.
      if (options.config !== undefined)
        await storeOperatorFacts(store, { inside: configuration.networks.inside, hosts: configuration.hosts });
      const onProgress = (done: number, left: number) => progress.show(`judging: ${done} units done, ${left} left`);
      const clocks = clockOption(options.config, configuration);
      return await replayFiles(store, order, {
        sensor: configuration.sensor,
        maxFlows: configuration.capture.maxFlows,
        signal,
        say: (text) => progress.show(text),
        settle: () => new Casework(store, { explanations, ...clocks, signal, onProgress }).settle(),
      });
    } finally {
      await server.close();
    }
  } finally {
    await store.close();
  }
}

/** A wrong name among many files is better told before hours of work than after. */
async function checkFiles(captures: readonly string[], logs: readonly string[], reading: LogReading): Promise<void> {
  // First of all what kind of file it is: opening a FIFO would wait for its writer.
  for (const path of [...captures, ...logs]) await checkRegularFile(path);
  for (const path of captures) await (await openCapture(path)).close();
  for (const path of logs) await (await openLog(path, reading)).close();
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
