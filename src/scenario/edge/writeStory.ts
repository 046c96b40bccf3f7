/** Writes a story into a folder: the capture, the logs, and the truth beside them. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { linkType } from '../../link/frameBlock.ts';
import { PcapngWriter } from '../../link/pcapngWriter.ts';
import type { Story } from '../story.ts';
import { encodeWevtutilXml } from '../wevtutilXml.ts';

export interface WrittenStory {
  readonly capture: string;
  readonly logs: readonly string[];
  readonly truth: string;
}

/** `capture.pcapng`, `<HOST>-System.xml` for each log, `truth.json`. The folder is made; files of these names are replaced. */
export async function writeStory(story: Story, folder: string): Promise<WrittenStory> {
  await mkdir(folder, { recursive: true });
  const capture = join(folder, 'capture.pcapng');
  const writer = await PcapngWriter.open(capture, { linkType: linkType.ethernet, interfaceName: 'mirror', snapLength: 262_144 });
  try {
    for (const { capturedAtUs, octets } of story.frames) writer.write(capturedAtUs, octets);
  } finally {
    await writer.close();
  }
  const logs: string[] = [];
  for (const { fileName, events } of story.logs) {
    const log = join(folder, fileName);
    await writeFile(log, encodeWevtutilXml(events));
    logs.push(log);
  }
  const truth = join(folder, 'truth.json');
  await writeFile(truth, `${JSON.stringify(story.truth, null, 2)}\n`);
  return { capture, logs, truth };
}
