/** Tells a story, replays it into a fresh store and reports on it, within this process. */

import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { loadKnowledge } from '../../src/app/knowledge.ts';
import { Casework } from '../../src/casework/casework.ts';
import type { ReportDestination, ReportOutput } from '../../src/record/output/report.ts';
import { assembleReport } from '../../src/report/assemble.ts';
import { writeStory } from '../../src/scenario/edge/writeStory.ts';
import type { Story } from '../../src/scenario/story.ts';
import { Store } from '../../src/store/store.ts';
import { replayCapture } from '../../src/watch/replayCapture.ts';
import { replayLog } from '../../src/watch/replayLog.ts';
import { repositoryRoot } from '../repositoryRoot.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

export const knowledge = await loadKnowledge(join(repositoryRoot, 'appliance', 'knowledge'));
const options = { sensor: 'box1', maxFlows: 1_000_000 };

export interface Row extends ReportDestination {
  readonly host: string;
}

export interface JudgedStory {
  readonly store: Store;
  readonly report: ReportOutput;
  /** Rows of all hosts, most suspicious first. */
  readonly rows: readonly Row[];
}

export async function judgeStory(t: TestContext, story: Story): Promise<JudgedStory> {
  const folder = await temporaryFolder(t);
  const files = await writeStory(story, folder);
  const store = await Store.open(join(folder, 'data'));
  t.after(() => store.close());
  await replayCapture(files.capture, store, options);
  for (const log of files.logs) await replayLog(log, store, options);
  await new Casework(store, { explanations: knowledge }).settle();
  const report = await assembleReport(store, { policy: 'sleep' });
  const rows = report.hosts.flatMap(({ host, destinations }) => destinations.map((destination) => ({ host, ...destination })));
  return { store, report, rows: rows.sort((a, b) => b.priority - a.priority) };
}
