/** `yoban console`: the web console alone, over the store of this or another process. */

import { Command, Option } from 'commander';
import { loadConfiguration } from '../app/configuration.ts';
import { loadKnowledge } from '../app/knowledge.ts';
import { type Endpoint, isLoopback } from '../app/setting.ts';
import { Failure } from '../base/failure.ts';
import { Casework } from '../casework/casework.ts';
import { startConsole } from '../console/server.ts';
import { reachStore } from '../store/access.ts';
import type { Store } from '../store/store.ts';
import { StoreVisitor } from '../store/visitor.ts';
import { writeResult } from './output.ts';
import { knowledgeFolder, packageVersion } from './packageFiles.ts';
import { configOption, dataOption, storeFolder } from './storeFolder.ts';

interface Options {
  readonly data?: string;
  readonly config?: string;
  readonly listen?: { readonly host: string; readonly port: number };
  readonly onTerminal?: boolean;
}

export function consoleCommand(signal: AbortSignal): Command {
  return new Command('console')
    .description('Serves the web console until it is stopped, while other processes observe, replay or report.')
    .option(...dataOption)
    .option(...configOption)
    .option(
      '--listen <address>',
      'loopback address and port, such as 127.0.0.1:8420 (default: console.listen of the configuration)',
      listenArgument,
    )
    .addOption(new Option('--on-terminal', 'where nobody sits at a terminal, only say how to start it').hideHelp())
    .action((options: Options) => serveConsole(options, signal));
}

const loopback = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]):(\d{1,5})$/;

function listenArgument(text: string): { host: string; port: number } {
  const found = loopback.exec(text);
  if (!found || Number(found[2]) > 65_535)
    throw new Failure(
      'USAGE_LISTEN',
      `${JSON.stringify(text)} is no loopback address and port`,
      'name one such as 127.0.0.1:8420; for others use an SSH tunnel',
    );
  return { host: (found[1] as string).replace(/^\[|\]$/g, ''), port: Number(found[2]) };
}

async function serveConsole(options: Options, signal: AbortSignal): Promise<void> {
  const configuration = await loadConfiguration(options.config);
  const folder = storeFolder(options.data, configuration.data);
  const listen = options.listen ?? listenOf(configuration.console.listen);
  if (options.onTerminal && !(process.stdin.isTTY && process.stdout.isTTY)) {
    return writeResult(`\nto see it in a browser: yoban console --data ${folder}, then http://${listen.host}:${listen.port}\n`);
  }
  const explanations = await loadKnowledge(knowledgeFolder);
  await checkStore(folder, signal);
  let isSettled = false;
  const settleOnce = async (store: Store) => {
    if (isSettled) return;
    // An interrupted replay may have left units that were not derived.
    await new Casework(store, { explanations, signal }).settle();
    isSettled = true;
  };
  const visitor = new StoreVisitor(folder, { onHold: settleOnce });
  try {
    const running = await startConsole(visitor, { listen, policy: configuration.policy, explanations, version: packageVersion() });
    await writeResult(`console at ${running.url}\n`);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await running.close();
  } finally {
    await visitor.close();
  }
}

/** A wrong folder is told at once, not on the first page. */
async function checkStore(folder: string, signal: AbortSignal): Promise<void> {
  const reached = await reachStore(folder, { signal });
  await (reached.kind === 'asker' ? reached.client : reached.store).close();
}

/** There are no accounts: whoever reaches it reads everything. */
function listenOf(endpoint: Endpoint | null): Endpoint {
  if (endpoint === null) return { host: '127.0.0.1', port: 8420 };
  if (isLoopback(endpoint)) return endpoint;
  throw new Failure(
    'CONFIGURATION_CONSOLE',
    `console.listen ${endpoint.host}:${endpoint.port} is not of this machine alone`,
    'name a loopback address such as 127.0.0.1:8420; for others use an SSH tunnel',
  );
}
