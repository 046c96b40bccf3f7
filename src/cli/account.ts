/** `yoban account`: the conservation ledger: what each stage received, refused, dropped and holds, and whether it balances. */

import { Command, Option } from 'commander';
import { loadConfiguration } from '../app/configuration.ts';
import { printable } from '../base/printable.ts';
import type { CaptureRecord } from '../record/capture.ts';
import type { CountsByReason, HealthRecord } from '../record/health.ts';
import { imbalance } from '../record/health.ts';
import { type AccountOutput, accountOutput } from '../record/output/account.ts';
import { textTable } from '../report/textTable.ts';
import { reachStore } from '../store/access.ts';
import { captures, health } from '../store/questions/facts.ts';
import { type Format, writeJson, writeResult } from './output.ts';
import { configOption, dataOption, formatOption, storeFolder } from './storeFolder.ts';

interface Options {
  readonly data?: string;
  readonly config?: string;
  readonly format: Format;
}

export function accountCommand(signal: AbortSignal): Command {
  return new Command('account')
    .description(
      'Prints what each stage received, handed on, refused, dropped and holds, and whether the books balance (exit code 1 if not).',
    )
    .option(...dataOption)
    .option(...configOption)
    .addOption(new Option(...formatOption).choices(['text', 'json']).default('text'))
    .action(async (options: Options) => {
      const configuration = await loadConfiguration(options.config);
      const reached = await reachStore(storeFolder(options.data, configuration.data), { signal });
      const answers = reached.kind === 'asker' ? reached.client : reached.store;
      try {
        const output = accountOf(await answers.ask(health, {}), await answers.ask(captures, {}));
        if (options.format === 'json') await writeJson(accountOutput, output);
        else await writeResult(render(output));
        if (!output.balanced) process.exitCode = 1;
      } finally {
        await answers.close();
      }
    });
}

/** In the order in which frames pass the stages. */
const order = ['link', 'wire', 'meter', 'store', 'logs'];

function accountOf(records: readonly HealthRecord[], read: readonly CaptureRecord[]): AccountOutput {
  // The books of a capture are written when it has been read to its end.
  const unfinished = read.filter(({ state }) => state !== 'complete').map(({ name }) => name);
  const stages = records
    .toSorted((a, b) => order.indexOf(a.stage) - order.indexOf(b.stage) || (a.interface < b.interface ? -1 : 1))
    .map((record) => ({
      stage: record.stage,
      interface: record.interface,
      unit: record.unit,
      in: record.in,
      out: record.out,
      held: record.held,
      refused: record.refused,
      dropped: record.dropped,
    }));
  return { balanced: unfinished.length === 0 && records.every((record) => imbalance(record) === 0), unfinished, stages };
}

function render({ balanced, unfinished, stages }: AccountOutput): string {
  const reasons = (counts: CountsByReason) => {
    const given = Object.entries(counts).filter(([, count]) => count > 0);
    return given.map(([reason, count]) => `${count} ${reason}`).join(', ') || '0';
  };
  const rows = stages.map((stage) => [
    stage.interface,
    stage.stage,
    stage.unit,
    String(stage.in),
    String(stage.out),
    String(stage.held),
    reasons(stage.refused),
    reasons(stage.dropped),
  ]);
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [
    { title: 'from' },
    { title: 'stage' },
    { title: 'counts' },
    right('in'),
    right('out'),
    right('held'),
    { title: 'refused' },
    { title: 'dropped' },
  ];
  const verdict = balanced
    ? '  balanced: in = out + held + refused + dropped, at every stage'
    : '  NOT BALANCED: Yoban cannot account for all of it';
  const open = unfinished.map((name) => `  ${printable(name)} was read only in part: replay it again`);
  return `${[...textTable(columns, rows), '', ...open, verdict].join('\n')}\n`;
}
