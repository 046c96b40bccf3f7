/** `yoban account`: the conservation ledger: what each stage received, refused, dropped and holds, and whether it balances. */

import { Command, Option } from 'commander';
import { loadConfiguration } from '../app/configuration.ts';
import { printable } from '../base/printable.ts';
import type { Microseconds } from '../base/time.ts';
import type { CountsByReason } from '../record/health.ts';
import { type AccountOutput, accountOutput } from '../record/output/account.ts';
import { blindSpots } from '../report/dark.ts';
import { textTable } from '../report/textTable.ts';
import { reachStore } from '../store/access.ts';
import { captures, health } from '../store/questions/facts.ts';
import { accountOf } from '../watch/account.ts';
import { instantArgument } from './argument.ts';
import { type Format, writeJson, writeResult } from './output.ts';
import { configOption, dataOption, formatOption, storeFolder } from './storeFolder.ts';

interface Options {
  readonly since?: Microseconds;
  readonly data?: string;
  readonly config?: string;
  readonly format: Format;
}

export function accountCommand(signal: AbortSignal): Command {
  return new Command('account')
    .description(
      'Prints what each stage received, handed on, refused, dropped and holds, and whether the books balance (exit code 1 if not).',
    )
    .option('--since <time>', 'only spans that end after this time, UTC', instantArgument)
    .option(...dataOption)
    .option(...configOption)
    .addOption(new Option(...formatOption).choices(['text', 'json']).default('text'))
    .action(async (options: Options) => {
      const configuration = await loadConfiguration(options.config);
      const reached = await reachStore(storeFolder(options.data, configuration.data), { signal });
      const answers = reached.kind === 'asker' ? reached.client : reached.store;
      try {
        const records = await answers.ask(health, {});
        const since = options.since ?? Number.NEGATIVE_INFINITY;
        const shown = records.filter(({ until }) => until > since);
        const output = accountOf(shown, await answers.ask(captures, {}), reached.kind === 'asker', await blindSpots(answers));
        if (options.format === 'json') await writeJson(accountOutput, output);
        else await writeResult(render(output));
        if (!output.balanced) process.exitCode = 1;
      } finally {
        await answers.close();
      }
    });
}

function render({ booksBalance, unfinished, cutOff, blindSpots: blind, stages }: AccountOutput): string {
  const reasons = (counts: CountsByReason) => {
    const given = Object.entries(counts).filter(([, count]) => count > 0);
    return given.map(([reason, count]) => `${count} ${reason}`).join(', ') || '0';
  };
  const carries = stages.some(({ carried }) => carried !== 0);
  const rows = stages.map((stage) => [
    stage.interface,
    stage.stage,
    stage.unit,
    ...(carries ? [String(stage.carried)] : []),
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
    ...(carries ? [right('held before')] : []),
    right('in'),
    right('out'),
    right('held'),
    { title: 'refused' },
    { title: 'dropped' },
  ];
  const law = `${carries ? 'held before + ' : ''}in = out + held + refused + dropped, at every stage`;
  const isOpen = unfinished.length > 0;
  const verdict = booksBalance
    ? `  ${isOpen ? 'not complete; what is booked is balanced' : 'balanced'}: ${law}`
    : '  NOT BALANCED: Yoban cannot account for all of it';
  const open = unfinished.map((name) => `  ${printable(name)} was read only in part: replay it again`);
  const cut = cutOff.map((name) => `  ${printable(name)} was cut off: what its stages held then is lost`);
  return `${[...textTable(columns, rows), '', ...open, ...cut, ...blind.map((line) => `  ${printable(line)}`), verdict].join('\n')}\n`;
}
