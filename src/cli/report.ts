/** `yoban report`: what hosts sent that no user started, and why. */

import { Command, Option } from 'commander';
import { loadConfiguration } from '../app/configuration.ts';
import { loadKnowledge } from '../app/knowledge.ts';
import type { Microseconds } from '../base/time.ts';
import { Casework } from '../casework/casework.ts';
import { type Policy, policies } from '../judge/policy.ts';
import { addressesOutput } from '../record/output/addresses.ts';
import { type ReportOutput, reportOutput } from '../record/output/report.ts';
import { assembleAddresses, renderAddresses } from '../report/addresses.ts';
import { assembleReport } from '../report/assemble.ts';
import { renderCsv } from '../report/csv.ts';
import { renderHtml } from '../report/html.ts';
import { renderText } from '../report/text.ts';
import { reachStore } from '../store/access.ts';
import type { Answers } from '../store/question.ts';
import { StoreServer } from '../store/server.ts';
import type { Store } from '../store/store.ts';
import { storeOperatorFacts } from '../watch/operatorFacts.ts';
import { instantArgument } from './argument.ts';
import { type Format, writeJson, writeResult } from './output.ts';
import { knowledgeFolder } from './packageFiles.ts';
import { clockOption, configOption, dataOption, storeFolder } from './storeFolder.ts';

interface Options {
  readonly since?: Microseconds;
  readonly until?: Microseconds;
  readonly host?: string;
  readonly policy?: Policy;
  readonly data?: string;
  readonly config?: string;
  readonly addresses?: boolean;
  readonly format: Format | 'html' | 'csv';
}

export function reportCommand(signal: AbortSignal): Command {
  return new Command('report')
    .description('Prints the forensic report: traffic that no user started, most suspicious first.')
    .option('--since <time>', 'start, UTC (default: the first fact in the store)', instantArgument)
    .option('--until <time>', 'end, exclusive, UTC (default: the last fact in the store)', instantArgument)
    .option('--host <host>', 'only this host: name, address or MAC address')
    .option('--addresses', 'instead: which device used which address, when, and by what that is known')
    .addOption(new Option('--policy <policy>', 'when "no user started it" (default: from the configuration)').choices([...policies]))
    .option(...dataOption)
    .option(...configOption)
    .addOption(
      new Option(
        '--format <format>',
        'text for people, json for programs, csv for spreadsheets, html as one file for browsers and printers',
      )
        .choices(['text', 'json', 'csv', 'html'])
        .default('text'),
    )
    .action((options: Options) => report(options, signal));
}

async function report(options: Options, signal: AbortSignal): Promise<void> {
  const configuration = await loadConfiguration(options.config);
  const folder = storeFolder(options.data, configuration.data);
  const reached = await reachStore(folder, { signal });
  if (options.addresses) return await addresses(reached.kind === 'asker' ? reached.client : reached.store, options);
  const assemble = (answers: Answers) =>
    assembleReport(answers, {
      policy: options.policy ?? configuration.policy,
      ...(options.since === undefined ? {} : { from: options.since }),
      ...(options.until === undefined ? {} : { to: options.until }),
      ...(options.host === undefined ? {} : { host: options.host }),
    });
  if (reached.kind === 'asker') {
    try {
      return await print(await assemble(reached.client), options.format);
    } finally {
      await reached.client.close();
    }
  }
  try {
    // What the operator corrected counts at once.
    if (options.config !== undefined)
      await storeOperatorFacts(reached.store, { inside: configuration.networks.inside, hosts: configuration.hosts });
    await print(await withSettledStore(reached.store, signal, clockOption(options.config, configuration), assemble), options.format);
  } finally {
    await reached.store.close();
  }
}

async function addresses(answers: Answers & { close(): Promise<void> }, { since, until, host, format }: Options): Promise<void> {
  try {
    const output = await assembleAddresses(answers, {
      ...(since === undefined ? {} : { from: since }),
      ...(until === undefined ? {} : { to: until }),
      ...(host === undefined ? {} : { host }),
    });
    if (format === 'json') await writeJson(addressesOutput, output);
    else await writeResult(renderAddresses(output));
  } finally {
    await answers.close();
  }
}

/** Whoever holds the store brings it up to date: an interrupted replay may have left units that were not derived. */
async function withSettledStore(
  store: Store,
  signal: AbortSignal,
  clock: ReturnType<typeof clockOption>,
  assemble: (answers: Answers) => Promise<ReportOutput>,
): Promise<ReportOutput> {
  const server = await StoreServer.listen(store);
  try {
    await new Casework(store, { explanations: await loadKnowledge(knowledgeFolder), signal, ...clock }).settle();
    return await assemble(store);
  } finally {
    await server.close();
  }
}

function print(output: ReportOutput, format: Options['format']): Promise<void> {
  if (format === 'html') return writeResult(renderHtml(output));
  if (format === 'csv') return writeResult(renderCsv(output));
  return format === 'json' ? writeJson(reportOutput, output) : writeResult(renderText(output));
}
