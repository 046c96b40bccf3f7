#!/usr/bin/env node
/** The command line: the only place where rooms are put together. */

import { Command, CommanderError } from 'commander';
import { describeFailure, exitCodeOf } from '../app/failure.ts';
import { Shutdown } from '../app/shutdown.ts';
import { accountCommand } from './account.ts';
import { consoleCommand } from './console.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { flowsCommand } from './flows.ts';
import { inspectCommand } from './inspect.ts';
import { labCommand } from './lab.ts';
import { observeCommand } from './observe.ts';
import { packageVersion } from './packageFiles.ts';
import { replayCommand } from './replay.ts';
import { reportCommand } from './report.ts';
import { scenarioCommand } from './scenario.ts';
import { timelineCommand } from './timeline.ts';

const shutdown = new Shutdown({ onRequest: () => process.stderr.write('\nstopping; once more to leave at once\n') });
const program = new Command('yoban')
  .description('The night watch: what hosts sent while nobody was at the keyboard, and why.')
  .version(packageVersion())
  .showHelpAfterError('(yoban --help says more)');
const verbs = [
  replayCommand(shutdown.signal),
  observeCommand(shutdown.signal),
  reportCommand(shutdown.signal),
  flowsCommand(shutdown.signal),
  explainCommand(shutdown.signal),
  inspectCommand(shutdown.signal),
  timelineCommand(shutdown.signal),
  accountCommand(shutdown.signal),
  doctorCommand(),
  consoleCommand(shutdown.signal),
  scenarioCommand(),
  labCommand(shutdown.signal),
];
for (const verb of verbs) program.addCommand(verb.exitOverride());

// A reader that goes away, as in `yoban report | head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`yoban: ${describeFailure(error)}\n`);
  process.exit(1);
});

try {
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
