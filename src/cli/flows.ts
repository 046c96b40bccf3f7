/** `yoban flows`: the flow slices behind a report, one a line. */

import { Command, Option } from 'commander';
import { loadConfiguration } from '../app/configuration.ts';
import { parseAddress, parseMac } from '../base/address.ts';
import { Failure } from '../base/failure.ts';
import { day, dayOf, type Microseconds } from '../base/time.ts';
import { describeFlow, type FlowOutput } from '../record/output/flows.ts';
import { JudgedFlows } from '../report/judgedFlows.ts';
import { textTable } from '../report/textTable.ts';
import { reachStore } from '../store/access.ts';
import type { Answers } from '../store/question.ts';
import { devices, judgementsBetween } from '../store/questions/derived.ts';
import { flowsBetween, span } from '../store/questions/facts.ts';
import { instantArgument } from './argument.ts';
import { type Format, writeResult } from './output.ts';
import { configOption, dataOption, formatOption, storeFolder } from './storeFolder.ts';

interface Options {
  readonly since?: Microseconds;
  readonly until?: Microseconds;
  readonly host?: string;
  readonly data?: string;
  readonly config?: string;
  readonly format: Format;
}

export function flowsCommand(signal: AbortSignal): Command {
  return new Command('flows')
    .description('Prints the flow slices behind a report, by time; as JSON one object a line, with the Community ID.')
    .option('--since <time>', 'start, UTC (default: the first fact in the store)', instantArgument)
    .option('--until <time>', 'end, exclusive, UTC (default: the last fact in the store)', instantArgument)
    .option('--host <host>', 'only what this host sent or received: name, address or MAC address')
    .option(...dataOption)
    .option(...configOption)
    .addOption(new Option(...formatOption).choices(['text', 'json']).default('text'))
    .action((options: Options) => flows(options, signal));
}

async function flows(options: Options, signal: AbortSignal): Promise<void> {
  const configuration = await loadConfiguration(options.config);
  const reached = await reachStore(storeFolder(options.data, configuration.data), { signal });
  const answers = reached.kind === 'asker' ? reached.client : reached.store;
  try {
    const macs = options.host === undefined ? null : await macsOf(answers, options.host);
    const judging = await JudgedFlows.of(answers);
    const [facts] = await answers.ask(span, {});
    const [from, to] = [options.since ?? facts?.from ?? 0, options.until ?? (facts?.to ?? 0) + 1];
    // Day by day, so that years of flows need no more memory than one day of them.
    for (let at = dayOf(from); at < to; at += day) {
      signal.throwIfAborted();
      const rows = await answers.ask(flowsBetween, { from: Math.max(from, at), to: Math.min(to, at + day) });
      const wanted = rows.filter((row) => macs === null || macs.has(row.sourceMac ?? -1) || macs.has(row.destinationMac ?? -1));
      if (wanted.length === 0) continue;
      const judgements = await answers.ask(judgementsBetween, { from: at, to: at + day });
      const judged = judging.judge(wanted, judgements);
      await writeResult(
        render(
          wanted.map((flow, i) => describeFlow(flow, judged[i])),
          options.format,
        ),
      );
    }
  } finally {
    await answers.close();
  }
}

async function macsOf(answers: Answers, host: string): Promise<Set<number>> {
  const mac = parseMac(host);
  const address = parseAddress(host);
  const found = (await answers.ask(devices, {})).filter(
    (device) =>
      device.mac === mac ||
      (address !== undefined && device.addresses.includes(address)) ||
      [device.host ?? '', ...device.hostNames].some((name) => name.toUpperCase() === host.toUpperCase()),
  );
  if (found.length === 0 && mac === undefined) {
    throw new Failure('USAGE_HOST', `no machine in the store is called ${host}`, 'take a name, address or MAC address from `yoban report`');
  }
  return new Set(mac === undefined ? found.map((device) => device.mac) : [mac]);
}

function render(lines: readonly FlowOutput[], format: Format): string {
  if (format === 'json') return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
  const end = ({ mac, address, port }: FlowOutput['source']) => `${address ?? mac ?? '?'}${port === null ? '' : ` ${port}`}`;
  const rows = lines.map((line) => [
    line.firstAt,
    end(line.source),
    end(line.destination),
    line.application ?? String(line.protocol ?? `0x${line.etherType.toString(16)}`),
    `${line.source.packets}/${line.destination.packets}`,
    line.serverName ?? '',
    line.judged.map(({ state, confidence, rule, status }) => `${state} (${confidence}), ${rule ?? status}`).join('; '),
    line.communityId ?? '',
  ]);
  // Titles would stand in the middle of the output: each day is a table of its own.
  const titles = ['', '', '', '', '', '', '', ''].map((title) => ({ title }));
  return `${textTable(titles, rows, '').slice(1).join('\n')}\n`;
}
