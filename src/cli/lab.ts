/** `yoban lab`: networks of namespaces in which Yoban is measured. */

import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { Failure } from '../base/failure.ts';
import { type DarkExperimentName, type DarkLabOptions, darkExperimentNames, fullDarkLab, runDarkLab } from '../lab/darkLab.ts';
import type { Experiment } from '../lab/figure.ts';
import { whyNoLab } from '../lab/network.ts';
import { labOutput } from '../record/output/lab.ts';
import { type Format, writeJson, writeResult } from './output.ts';

interface Options extends Omit<DarkLabOptions, 'pingInterval' | 'sweepPerSecond' | 'floodSeconds'> {
  readonly only?: readonly DarkExperimentName[];
  readonly format: Format;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('a whole number above zero is wanted');
  return number;
}

function names(text: string): DarkExperimentName[] {
  const given = text.split(',');
  const unknown = given.find((name) => !darkExperimentNames.some((known) => known === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`there is no experiment ${unknown}: ${darkExperimentNames.join(', ')}`);
  return given as DarkExperimentName[];
}

export function labCommand(signal: AbortSignal): Command {
  const run = new Command('run')
    .description('Makes a network of namespaces, measures in it, prints the figures (exit code 1 if one misses its mark). Needs root.')
    .addArgument(new Argument('<name>', 'dark: the watch of dark addresses').choices(['dark']))
    .option('--only <experiments>', `some of ${darkExperimentNames.join(',')}`, names)
    .option('--trials <n>', 'random trials', wholeNumber, fullDarkLab.trials)
    .option('--trials-per-second <n>', 'how fast', wholeNumber, fullDarkLab.trialsPerSecond)
    .option('--joins <n>', 'hosts that join', wholeNumber, fullDarkLab.joins)
    .option('--sweep <n>', 'addresses of the sweep', wholeNumber, fullDarkLab.sweep)
    .option('--flood-per-second <n>', 'new targets a second, budgets lifted', wholeNumber, fullDarkLab.floodPerSecond)
    .option(
      '--metered-per-second <n>',
      'frames on the mirror port while the reaction is measured',
      wholeNumber,
      fullDarkLab.meteredPerSecond,
    )
    .option('--seed <n>', 'seed of the random trials', wholeNumber, fullDarkLab.seed)
    .addOption(new Option('--format <format>', 'how to print the figures').choices(['text', 'json']).default('text'))
    .action((_name: string, options: Options) => runLab(options, signal));
  return new Command('lab').description('Networks of namespaces in which Yoban is measured.').addCommand(run);
}

async function runLab({ only, format, ...sizes }: Options, signal: AbortSignal): Promise<void> {
  const reason = whyNoLab();
  if (reason !== undefined)
    throw new Failure('LAB_IMPOSSIBLE', `no lab can be made: ${reason}`, 'run it as root on Linux with iproute2, tc and nftables');
  const tell = (experiment: Experiment) => {
    if (format === 'text') process.stdout.write(render(experiment));
  };
  const experiments = await runDarkLab(only ?? darkExperimentNames, { ...fullDarkLab, ...sizes }, tell, signal);
  const isMet = experiments.every(({ figures }) => figures.every((one) => one.isMet));
  if (format === 'json')
    await writeJson(labOutput, { isMet, experiments: experiments.map((one) => ({ ...one, figures: [...one.figures] })) });
  else await writeResult(isMet ? 'every figure is met\n' : 'NOT EVERY FIGURE IS MET\n');
  if (!isMet) process.exitCode = 1;
}

function render({ name, figures }: Experiment): string {
  const lines = figures.map(
    ({ what, measured, wanted, isMet }) => `  ${isMet ? 'met   ' : 'MISSED'}  ${what}: ${measured} (wanted: ${wanted})`,
  );
  return `${[name, ...lines, ''].join('\n')}\n`;
}
