/** A console over a store in a folder of a test's own. */

import { join } from 'node:path';
import { loadKnowledge } from '../../src/app/knowledge.ts';
import { Casework } from '../../src/casework/casework.ts';
import { startConsole } from '../../src/console/server.ts';
import { writeStory } from '../../src/scenario/edge/writeStory.ts';
import { stories } from '../../src/scenario/stories.ts';
import { Store } from '../../src/store/store.ts';
import { replayCapture } from '../../src/watch/replayCapture.ts';
import { replayLog } from '../../src/watch/replayLog.ts';
import { repositoryRoot } from '../repositoryRoot.ts';
import { type Lifetime, temporaryFolder } from '../temporaryFolder.ts';

export interface Served {
  readonly url: string;
  readonly store: Store;
}

export async function serveStore(t: Lifetime, store: Store): Promise<Served> {
  const explanations = await loadKnowledge(join(repositoryRoot, 'appliance', 'knowledge'));
  const listen = { host: '127.0.0.1', port: 0 };
  const running = await startConsole(store, { listen, policy: 'sleep', explanations, version: '0.0.0' });
  t.after(async () => {
    await running.close();
    await store.close();
  });
  return { url: running.url, store };
}

export async function serveEmpty(t: Lifetime): Promise<Served> {
  return serveStore(t, await Store.open(await temporaryFolder(t)));
}

export async function serveStory(t: Lifetime, name: string, seed = 1): Promise<Served> {
  const folder = await temporaryFolder(t);
  const tell = stories[name];
  if (!tell) throw new Error(`there is no story ${name}`);
  const files = await writeStory(tell(seed), folder);
  const store = await Store.open(join(folder, 'data'));
  const options = { sensor: 'box1', maxFlows: 1_000_000 };
  await replayCapture(files.capture, store, options);
  for (const log of files.logs) await replayLog(log, store, options);
  await new Casework(store, { explanations: await loadKnowledge(join(repositoryRoot, 'appliance', 'knowledge')) }).settle();
  return serveStore(t, store);
}

/** Consoles over stories, each made when the first test asks for it: tests that only look share them. */
export function sharedStories(lifetime: Lifetime): (name: string) => Promise<Served> {
  const served = new Map<string, Promise<Served>>();
  return (name) => {
    const known = served.get(name) ?? serveStory(lifetime, name);
    served.set(name, known);
    return known;
  };
}
