/** `yoban explain`: the knowledge base, and what operators decide about it. */

import { access } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { loadConfiguration } from '../app/configuration.ts';
import { loadExplanations } from '../app/explanationFile.ts';
import { loadKnowledge } from '../app/knowledge.ts';
import { Failure } from '../base/failure.ts';
import { day, formatTime } from '../base/time.ts';
import { Casework } from '../casework/casework.ts';
import { decide, decideOrder, decideOrderName } from '../casework/decide.ts';
import { explanationStates, explanationsInForce, makeDecision } from '../judge/decisions.ts';
import { type Policy, policies } from '../judge/policy.ts';
import { tooBroad } from '../judge/tooBroad.ts';
import { applications } from '../record/application.ts';
import type { DecisionRecord } from '../record/decision.ts';
import { type Explanation, explanation } from '../record/explanation.ts';
import { explainList } from '../record/output/explain.ts';
import { explainDecided } from '../record/output/explainDecided.ts';
import { explainSuggestions } from '../record/output/explainSuggestions.ts';
import { renderDecided, renderList, renderSuggestions } from '../report/explainText.ts';
import { assembleSuggestions } from '../report/suggestions.ts';
import { reachStore } from '../store/access.ts';
import { StoreClient } from '../store/client.ts';
import { databaseFile } from '../store/databaseFile.ts';
import type { Answers } from '../store/question.ts';
import { decisions as stored } from '../store/questions/facts.ts';
import { StoreServer } from '../store/server.ts';
import { Store } from '../store/store.ts';
import { type Format, writeJson, writeResult } from './output.ts';
import { knowledgeFolder } from './packageFiles.ts';
import { configOption, dataOption, formatOption, storeFolder } from './storeFolder.ts';

interface StoreOptions {
  readonly data?: string;
  readonly config?: string;
  readonly format: Format;
}
interface DecisionOptions extends StoreOptions {
  readonly reason: string;
  readonly who?: string;
}
interface AddOptions extends DecisionOptions {
  readonly source: string;
  readonly id?: string;
  readonly protocol: Explanation['protocol'];
  readonly port: readonly number[];
  readonly application?: Explanation['application'];
  readonly scope: Explanation['scope'];
  readonly platform: string;
}

function portArgument(text: string, before: readonly number[]): number[] {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535)
    throw new InvalidArgumentError('a port is a number from 1 to 65535.');
  return [...before, Number(text)];
}

export function explainCommand(signal: AbortSignal): Command {
  const explain = new Command('explain').description(
    'The knowledge base of explained destinations: what Yoban knows, and what operators decided.',
  );
  const verb = (name: string, description: string) =>
    explain
      .command(name)
      .description(description)
      .option(...dataOption)
      .option(...configOption)
      .addOption(new Option(...formatOption).choices(['text', 'json']).default('text'))
      .exitOverride();
  const whoOption = ['--who <name>', 'who decides (default: the login name)'] as const;
  verb('list', 'Prints every explanation: those that come with Yoban, and those that were decided, withdrawn ones included.').action(
    (options: StoreOptions) => list(options, signal),
  );
  verb('add', 'Adds an explanation for a name. The report changes at once.')
    .argument('<pattern>', 'host name, *.suffix for every name below it, or * for one inner label')
    .requiredOption('--reason <text>', 'why hosts talk to it when no user starts it')
    .requiredOption('--source <text>', 'where that is known from, so that others can check it')
    .option(...whoOption)
    .option('--id <id>', 'name of the rule (default: operator/PATTERN/PORT)')
    .addOption(new Option('--protocol <protocol>', 'transport').choices(['tcp', 'udp']).default('tcp'))
    .option('--port <port>', 'port of the service; may be given several times (default: any)', portArgument, [])
    .addOption(new Option('--application <protocol>', 'application protocol').choices([...applications]))
    .addOption(new Option('--scope <scope>', 'side of the network').choices(['outside', 'inside']).default('outside'))
    .option('--platform <name>', 'operating system whose hosts do this', 'any')
    .action((pattern: string, options: AddOptions) => add(pattern, options, signal));
  verb('remove', 'Withdraws an explanation, also one that comes with Yoban. Nothing is deleted: adding it again brings it back.')
    .argument('<id>', 'id of the explanation, as `list` prints it')
    .requiredOption('--reason <text>', 'why')
    .option(...whoOption)
    .action((id: string, options: DecisionOptions) => remove(id, options, signal));
  verb('import', 'Takes all explanations of a YAML file in the form of appliance/knowledge, or none. Twice is the same as once.')
    .argument('<file>', 'YAML file')
    .option('--reason <text>', 'why (default: that it was imported from this file)')
    .option(...whoOption)
    .action((file: string, options: DecisionOptions) => importFile(file, options, signal));
  verb('suggest', 'Proposes narrow explanations for what stands unexplained and does not look suspicious, as a file for `import`.')
    .addOption(new Option('--policy <policy>', 'when "no user started it" (default: from the configuration)').choices([...policies]))
    .action((options: StoreOptions & { readonly policy?: Policy }) => suggest(options, signal));
  return explain;
}

const folderOf = async ({ data, config }: StoreOptions) => storeFolder(data, (await loadConfiguration(config)).data);

async function list(options: StoreOptions, signal: AbortSignal): Promise<void> {
  const builtIn = await loadKnowledge(knowledgeFolder);
  const folder = await folderOf(options);
  const hasStore = await access(join(folder, databaseFile)).then(
    () => true,
    () => false,
  );
  const decisions = hasStore ? await reading(folder, signal, (answers) => answers.ask(stored, {})) : [];
  const explanations = explanationStates(builtIn, decisions).map(({ id, inForce, explanation: rule, decision }) => ({
    id,
    inForce,
    from: decision === null ? ('built-in' as const) : ('decision' as const),
    explanation: rule,
    decision: decision && describe(decision),
  }));
  if (options.format === 'json') await writeJson(explainList, { explanations });
  else await writeResult(renderList({ explanations }));
}

function describe({ id, at, who, act, rule, why }: DecisionRecord) {
  return { id, at: formatTime(at), who, act, rule, why };
}

async function add(pattern: string, options: AddOptions, signal: AbortSignal): Promise<void> {
  const today = formatTime(Date.now() * 1000).slice(0, 10);
  const [port] = options.port;
  const name = pattern.toLowerCase().replace(/\.$/, '');
  const wanted = {
    id: options.id ?? `operator/${name.replaceAll('*', 'any')}${options.port.length > 0 ? `/${options.port.join('-')}` : ''}`,
    pattern: name,
    protocol: options.protocol,
    ...(port === undefined ? {} : { port: options.port.length === 1 ? port : [...options.port] }),
    ...(options.application === undefined ? {} : { application: options.application }),
    scope: options.scope,
    reason: options.reason,
    platform: options.platform,
    source: options.source,
    firstVerified: today,
    lastVerified: today,
    breadth: name.includes('*') ? 'vendor' : 'exact',
  };
  const parsed = explanation.safeParse(wanted);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the explanation'}: ${message}`);
    throw new Failure('USAGE_EXPLANATION', `no explanation can be made of this: ${faults.join('; ')}`, 'see `yoban explain add --help`');
  }
  const broad = tooBroad(parsed.data, await loadKnowledge(knowledgeFolder));
  if (broad !== undefined) throw new Failure('USAGE_BROAD', `${pattern} is too broad: ${broad}`, 'nothing was added');
  await write(options, signal, () => [{ act: 'add', rule: parsed.data.id, explanation: parsed.data }]);
}

async function remove(id: string, options: DecisionOptions, signal: AbortSignal): Promise<void> {
  await write(options, signal, (builtIn, decisions) => {
    if (!explanationStates(builtIn, decisions).some((state) => state.id === id))
      throw new Failure('USAGE_RULE', `there is no explanation ${id}`, 'take an id from `yoban explain list`');
    return [{ act: 'remove', rule: id, explanation: null }];
  });
}

async function importFile(file: string, options: DecisionOptions, signal: AbortSignal): Promise<void> {
  const builtIn = await loadKnowledge(knowledgeFolder);
  const explanations = await loadExplanations(file, (one) => tooBroad(one, builtIn));
  await write({ ...options, reason: options.reason ?? `imported from ${file}` }, signal, () =>
    explanations.map((one) => ({ act: 'import', rule: one.id, explanation: one })),
  );
}

type Wanted = Pick<DecisionRecord, 'act' | 'rule' | 'explanation'>;

type WantedOf = (builtIn: readonly Explanation[], decisions: readonly DecisionRecord[]) => readonly Wanted[];

/** A box that holds the store decides itself; otherwise it is held here for as long as it takes, with all that follows. */
async function write(options: DecisionOptions, signal: AbortSignal, wantedOf: WantedOf): Promise<void> {
  const folder = await folderOf(options);
  const builtIn = await loadKnowledge(knowledgeFolder);
  const [at, who, why] = [Date.now() * 1000, options.who ?? userInfo().username, options.reason];
  const decisionsFor = async (answers: Answers) =>
    wantedOf(builtIn, await answers.ask(stored, {})).map((one) => makeDecision({ at, who, why, ...one }));
  const { wanted, made } = (await throughTheBox(folder, decisionsFor)) ?? (await here(folder, builtIn, decisionsFor, signal));
  const changed = new Set(made.map(({ rule }) => rule));
  const output = { decisions: made.map(describe), unchanged: wanted.map(({ rule }) => rule).filter((rule) => !changed.has(rule)) };
  if (options.format === 'json') await writeJson(explainDecided, output);
  else await writeResult(renderDecided(output));
}

interface Written {
  readonly wanted: readonly DecisionRecord[];
  readonly made: readonly DecisionRecord[];
}
type DecisionsFor = (answers: Answers) => Promise<DecisionRecord[]>;

/** What the socket takes in one piece, with room to spare. */
const longestOrder = 60_000;

async function throughTheBox(folder: string, decisionsFor: DecisionsFor): Promise<Written | undefined> {
  const client = await StoreClient.connect(folder);
  if (!client) return undefined;
  try {
    const wanted = await decisionsFor(client);
    if (JSON.stringify(wanted).length > longestOrder) {
      const advice = 'import the file in parts, or stop that process first';
      throw new Failure('USAGE_LARGE', `${wanted.length} decisions are too many to hand to the process that holds the store`, advice);
    }
    const result = await client.order(decideOrderName, { decisions: wanted }, () => undefined);
    return result === undefined ? undefined : { wanted, made: decideOrder.parse(result).decisions };
  } finally {
    await client.close();
  }
}

async function here(folder: string, builtIn: readonly Explanation[], decisionsFor: DecisionsFor, signal: AbortSignal): Promise<Written> {
  const store = await Store.open(folder, { signal });
  try {
    const server = await StoreServer.listen(store);
    try {
      const wanted = await decisionsFor(store);
      const made = await decide(store, builtIn, wanted);
      if (made.length > 0) await new Casework(store, { explanations: builtIn, signal }).settle();
      return { wanted, made };
    } finally {
      await server.close();
    }
  } finally {
    await store.close();
  }
}

async function suggest(options: StoreOptions & { readonly policy?: Policy }, signal: AbortSignal): Promise<void> {
  const configuration = await loadConfiguration(options.config);
  const builtIn = await loadKnowledge(knowledgeFolder);
  const { suggestions, leftOut } = await reading(storeFolder(options.data, configuration.data), signal, async (answers) =>
    assembleSuggestions(answers, options.policy ?? configuration.policy, explanationsInForce(builtIn, await answers.ask(stored, {}))),
  );
  const output = {
    suggestions: suggestions.map(({ name, application, ...one }) => ({
      id: `operator/${name}/${one.port}`,
      pattern: name,
      application: application ?? null,
      ...one,
    })),
    leftOut,
  };
  if (options.format === 'json') await writeJson(explainSuggestions, output);
  else await writeResult(renderSuggestions(output, formatTime(Math.floor((Date.now() * 1000) / day) * day).slice(0, 10)));
}

async function reading<T>(folder: string, signal: AbortSignal, work: (answers: Answers) => Promise<T>): Promise<T> {
  const reached = await reachStore(folder, { signal });
  const answers = reached.kind === 'asker' ? reached.client : reached.store;
  try {
    return await work(answers);
  } finally {
    await answers.close();
  }
}
