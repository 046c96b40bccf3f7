#!/usr/bin/env node
/** The command line: the only place where rooms are put together. */

import { Command, CommanderError } from 'commander';
import { describeFailure, exitCodeOf } from '../app/failure.ts';
import { Shutdown } from '../app/shutdown.ts';
import { packageVersion } from './packageFiles.ts';

const shutdown = new Shutdown({ onRequest: () => process.stderr.write('\nstopping; once more to leave at once\n') });
const { signal } = shutdown;
/** In the order of `--help`. Each is loaded on demand: the database alone takes half a second of a start. */
const verbs: Readonly<Record<string, () => Promise<Command>>> = {
  replay: async () => (await import('./replay.ts')).replayCommand(signal),
  observe: async () => (await import('./observe.ts')).observeCommand(signal),
  report: async () => (await import('./report.ts')).reportCommand(signal),
  flows: async () => (await import('./flows.ts')).flowsCommand(signal),
  explain: async () => (await import('./explain.ts')).explainCommand(signal),
  inspect: async () => (await import('./inspect.ts')).inspectCommand(signal),
  timeline: async () => (await import('./timeline.ts')).timelineCommand(signal),
  account: async () => (await import('./account.ts')).accountCommand(signal),
  doctor: async () => (await import('./doctor.ts')).doctorCommand(),
  console: async () => (await import('./console.ts')).consoleCommand(signal),
  scenario: async () => (await import('./scenario.ts')).scenarioCommand(),
  lab: async () => (await import('./lab.ts')).labCommand(signal),
};

/** The verb that the command line begins with; all of them where it begins with something else, such as `--help`. */
async function asked(): Promise<Command[]> {
  const [word = ''] = process.argv.slice(2);
  const one = Object.hasOwn(verbs, word) ? verbs[word] : undefined;
  if (one) return [await one()];
  const all: Command[] = [];
  for (const load of Object.values(verbs)) all.push(await load());
  return all;
}

const program = new Command('yoban')
  .description('The night watch: what hosts sent while nobody was at the keyboard, and why.')
  .version(packageVersion())
  .showHelpAfterError('(yoban --help says more)');
// A reader that goes away, as in `yoban report | head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`yoban: ${describeFailure(error)}\n`);
  process.exit(1);
});

try {
  for (const verb of await asked()) program.addCommand(verb.exitOverride());
  await program.exitOverride().parseAsync();
} catch (error) {
  // Commander has said what was wrong; help and version are no failure.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`yoban: ${describeFailure(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
} finally {
  shutdown.close();
}
