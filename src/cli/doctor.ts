/** `yoban doctor`: what this machine can do, what observing lacks here, and the command that mends it. */

import { Command, Option } from 'commander';
import { loadConfiguration } from '../app/configuration.ts';
import { Failure } from '../base/failure.ts';
import { type Check, type DoctorOutput, doctorOutput } from '../record/output/doctor.ts';
import { textTable } from '../report/textTable.ts';
import { reachStore } from '../store/access.ts';
import { visibility } from '../store/questions/darkspace.ts';
import { examine } from '../watch/doctor/examine.ts';
import { judgeVisibility } from '../watch/doctor/judge.ts';
import { type Format, writeJson, writeResult } from './output.ts';
import { configOption, dataOption, formatOption, storeFolder } from './storeFolder.ts';

interface Options {
  readonly interface: readonly string[];
  readonly data?: string;
  readonly config?: string;
  readonly format: Format;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Says what this machine can do, what observing lacks here, and what mends it (exit code 1 where something is missing).')
    .option('--interface <names...>', 'interfaces to look at (default: mirror and service ports of the configuration)', [])
    .option(...dataOption)
    .option(...configOption)
    .addOption(new Option(...formatOption).choices(['text', 'json']).default('text'))
    .action(async (options: Options) => {
      const configuration = await loadConfiguration(options.config);
      const configured = configuration.interfaces.filter(({ role }) => role !== 'management').map(({ name }) => name);
      const data = storeFolder(options.data, configuration.data);
      const output = await examine({
        interfaces: options.interface.length > 0 ? options.interface : configured,
        data,
        logFolder: configuration.logs.drop,
        capture: configuration.capture,
        further: configuration.darkspace.mode === 'off' ? [] : [() => visibilityOf(data)],
      });
      if (options.format === 'json') await writeJson(doctorOutput, output);
      else await writeResult(render(output));
      if (!output.ready) process.exitCode = 1;
    });
}

/** What an observing box found last. Doctor makes no store, and waits for none that is busy. */
async function visibilityOf(folder: string): Promise<Check[]> {
  try {
    const reached = await reachStore(folder, { waitMs: 2000 });
    const answers = reached.kind === 'asker' ? reached.client : reached.store;
    try {
      return judgeVisibility(await answers.ask(visibility, {}));
    } finally {
      await answers.close();
    }
  } catch (error) {
    if (error instanceof Failure) return judgeVisibility([]);
    throw error;
  }
}

function render({ ready, checks }: DoctorOutput): string {
  const rows = checks.map(({ check, subject, state, finding }) => [state, check, subject, finding]);
  const table = textTable([{ title: 'state' }, { title: 'check' }, { title: 'of' }, { title: 'found' }], rows);
  const advices = new Set(checks.flatMap(({ state, advice }) => (state === 'missing' || state === 'warning' ? [advice] : [])));
  const mend = [...advices].map((advice) => `    ${advice}`);
  const verdict = ready ? '  ready to observe' : '  NOT READY: what is missing stands above';
  return `${[...table, '', ...(mend.length > 0 ? ['  what mends it:', ...mend, ''] : []), verdict].join('\n')}\n`;
}
