/** `yoban observe`: the box at work: listens on all mirror interfaces, stores, derives, and answers other verbs meanwhile. */

import { join } from 'node:path';
import { Command, Option } from 'commander';
import { type Configuration, loadConfiguration } from '../app/configuration.ts';
import { describeFailure } from '../app/failure.ts';
import { loadKnowledge } from '../app/knowledge.ts';
import { createLog, type Log, type RoomLog } from '../app/logging.ts';
import { isLoopback } from '../app/setting.ts';
import { Failure } from '../base/failure.ts';
import { decide, decideOrder, decideOrderName } from '../casework/decide.ts';
import { type RunningConsole, startConsole } from '../console/server.ts';
import type { Explanation } from '../record/explanation.ts';

import { type Order, type Orders, StoreServer } from '../store/server.ts';
import { Store } from '../store/store.ts';
import { CaseworkLoop } from '../watch/caseworkLoop.ts';
import { DarkControl } from '../watch/darkControl.ts';
import { FactRetention } from '../watch/factRetention.ts';
import { FlowSources } from '../watch/flowSources.ts';
import { LogReception } from '../watch/logReception.ts';
import { Observation } from '../watch/observation.ts';
import { storeOperatorFacts } from '../watch/operatorFacts.ts';
import { replayFiles, replayOrder, replayOrderName } from '../watch/replayFiles.ts';
import type { Format } from './output.ts';
import { knowledgeFolder, packageVersion } from './packageFiles.ts';
import { clockOption, configOption, dataOption, storeFolder } from './storeFolder.ts';

interface Options {
  readonly interface: readonly string[];
  readonly data?: string;
  readonly config?: string;
  readonly logFormat: Format;
}

/** A block that is not full is handed over after this time. */
const retireMs = 10;
/** How long what became stale last may be worked on at the end; what is left keeps its mark. */
const settleAtEndMs = 3000;

export function observeCommand(signal: AbortSignal): Command {
  return new Command('observe')
    .description('Captures on the mirror interfaces until it is stopped (Ctrl-C), and answers other verbs meanwhile.')
    .option('--interface <names...>', 'mirror interfaces (default: those of the configuration)', [])
    .option(...dataOption)
    .option(...configOption)
    .addOption(new Option('--log-format <format>', 'how the log on stderr is written').choices(['text', 'json']).default('text'))
    .action((options: Options) => observe(options, signal));
}

async function observe(options: Options, signal: AbortSignal): Promise<void> {
  const configuration = await loadConfiguration(options.config);
  const interfaces = mirrorInterfaces(options.interface, configuration);
  const explanations = await loadKnowledge(knowledgeFolder);
  const log = createLog({ level: 'info', json: options.logFormat === 'json' });
  const room = log.room('watch');
  const store = await Store.open(storeFolder(options.data, configuration.data), { signal, threads: 1 });
  try {
    if (options.config !== undefined)
      await storeOperatorFacts(store, { inside: configuration.networks.inside, hosts: configuration.hosts });
    const casework = new CaseworkLoop(store, { explanations, ...clockOption(options.config, configuration) }, room);
    const orders = takeOrders(store, casework, explanations, configuration, room);
    const server = await StoreServer.listen(store, orders);
    // Casework goes on until the capture has drained; the signal alone would leave the last facts without it.
    const ended = new AbortController();
    const settling = casework.run(ended.signal);
    // Without a configuration nobody asked that anything be deleted.
    const keptFor = { flowUs: configuration.retention.flow, eventUs: configuration.retention.event };
    const forgetting =
      options.config === undefined ? undefined : new FactRetention(store, keptFor, room, () => casework.wake()).run(ended.signal);
    // Without a configuration nobody asked for a folder or an open port.
    const reception =
      options.config === undefined
        ? undefined
        : new LogReception(store, {
            sensor: configuration.sensor,
            configuration: configuration.logs,
            log: log.room('logs'),
            onFacts: () => casework.wake(),
          });
    const shown = await openConsole(store, configuration, explanations, log.room('console'));
    try {
      await reception?.start();
      room.info('observing', { interfaces: interfaces.map(({ live }) => live.interface).join(','), data: store.folder });
      const sources = configuration.darkspace.mode === 'off' ? undefined : new FlowSources();
      const observation = new Observation(store, {
        sensor: configuration.sensor,
        interfaces,
        maxFlows: configuration.capture.maxFlows,
        log: room,
        signal,
        onFacts: () => casework.wake(),
        watchers: sources ? [sources] : [],
      });
      // It ends with the capture, however that one ends.
      const captureEnded = new AbortController();
      const watching = darkControl(store, configuration, interfaces, sources, log, AbortSignal.any([signal, captureEnded.signal]))?.run();
      try {
        await observation.run();
      } finally {
        captureEnded.abort();
        await watching;
      }
    } finally {
      await shown?.close();
      await reception?.close();
      ended.abort();
      await settling;
      await forgetting;
      await finishCasework(casework, log);
      await server.close();
    }
    room.info('stopped: everything that was captured is stored');
  } finally {
    await store.close();
    await log.close();
  }
}

/** What other processes may have the box do: files that `yoban replay` names are stored and judged here. */
function takeOrders(
  store: Store,
  casework: CaseworkLoop,
  explanations: readonly Explanation[],
  configuration: Configuration,
  log: RoomLog,
): Orders {
  let turn: Promise<unknown> = Promise.resolve();
  const replay: Order = (parameters, say, signal) => {
    const order = replayOrder.parse(parameters);
    const work = async () => {
      log.info('files are handed in', { captures: order.captures.length, logs: order.logs.length });
      const { sensor, capture } = configuration;
      return await replayFiles(store, order, { sensor, maxFlows: capture.maxFlows, signal, say, settle: () => casework.settle(signal) });
    };
    const result = turn.then(work, work);
    turn = result.catch(() => undefined);
    return result;
  };
  /** `yoban explain` decides; the report follows at once here as well. */
  const decided: Order = async (parameters, _, signal) => {
    const made = await decide(store, explanations, decideOrder.parse(parameters).decisions);
    log.info('an operator decided', { rules: made.map(({ rule }) => rule).join(',') });
    if (made.length > 0) await casework.settle(signal);
    return { decisions: made };
  };
  return new Map([
    [replayOrderName, replay],
    [decideOrderName, decided],
  ]);
}

/** The box goes on without it: another one may have its port. */
async function openConsole(
  store: Store,
  { console: { listen }, policy }: Configuration,
  explanations: Awaited<ReturnType<typeof loadKnowledge>>,
  log: RoomLog,
): Promise<RunningConsole | undefined> {
  if (listen === null) return undefined;
  if (!isLoopback(listen)) {
    log.warn('console.listen is not of this machine alone, and there are no accounts: no console; use an SSH tunnel to a loopback address');
    return undefined;
  }
  try {
    const shown = await startConsole(store, { listen, policy, explanations, version: packageVersion() });
    log.info(`the console is at ${shown.url}`);
    return shown;
  } catch (error) {
    log.warn(`no console: ${describeFailure(error)}`);
    return undefined;
  }
}

/** Without a service port nothing can be sent: then the mirror ports are listened to, as in dry-run. `undefined` where it is off. */
function darkControl(
  store: Store,
  { sensor, interfaces, darkspace, evidence, retention }: Configuration,
  mirrors: ReturnType<typeof mirrorInterfaces>,
  sources: FlowSources | undefined,
  log: Log,
  signal: AbortSignal,
): DarkControl | undefined {
  if (darkspace.mode === 'off') return undefined;
  const services = interfaces.filter(({ role }) => role === 'service').map(({ name, vlan }) => ({ name, vlan }));
  const listening = mirrors.map(({ live }) => live.interface);
  const room = log.room('darkspace');
  if (services.length === 0 && darkspace.mode === 'answer')
    room.warn('darkspace.mode is answer, but no interface has the role service: nothing is answered');
  return new DarkControl(store, {
    sensor,
    services: services.length > 0 ? services : listening.map((name) => ({ name, vlan: 0 })),
    sweepPerSecond: darkspace.sweepIpv4,
    mirrors: services.length > 0 ? listening : [],
    mode: services.length > 0 ? darkspace.mode : 'dry-run',
    exclude: darkspace.exclude,
    ownerMemoryUs: darkspace.ownerMemory,
    maxClaimsPerAsker: darkspace.maxClaimsPerAsker,
    evidenceFolder: join(store.folder, 'evidence'),
    evidenceWindowUs: evidence.window,
    retentionUs: retention.dark,
    ...(sources ? { sources } : {}),
    log: room,
    signal,
  });
}

function mirrorInterfaces(named: readonly string[], { interfaces, capture }: Configuration) {
  const configured = interfaces.filter(({ role }) => role === 'mirror').map(({ name }) => name);
  const names = [...new Set(named.length > 0 ? named : configured)];
  if (names.length === 0) {
    const advice = 'name one with --interface, or list it under `interfaces` of the configuration; `ip link` shows which there are';
    throw new Failure('USAGE', 'there is no interface to observe', advice);
  }
  const { source, filter, ringMiB } = capture;
  return names.map((name) => ({
    live: { interface: name, source, filter, ringMiB, retireMs, promiscuous: true },
    mustExist: named.length > 0,
  }));
}

/** Briefly: whatever is left is marked, and worked on by whoever opens the store next. */
async function finishCasework(casework: CaseworkLoop, log: Log): Promise<void> {
  const limit = AbortSignal.timeout(settleAtEndMs);
  await casework.settle(limit).catch((error: Error) => {
    if (!limit.aborted) log.room('casework').error(error.message);
    else log.room('casework').info('some of what is derived is left for the next start');
  });
}
