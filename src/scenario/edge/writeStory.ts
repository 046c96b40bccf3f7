/** Writes a story into a folder: the capture, the logs, and the truth beside them. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { linkType } from '../../link/frameBlock.ts';
import { PcapngWriter } from '../../link/pcapngWriter.ts';
import { type LogFormWriter, logForms } from '../logForms.ts';
import type { Story } from '../story.ts';

export interface WrittenStory {
  readonly capture: string;
  /** As `wevtutil` prints them, one file a log. */
  readonly logs: readonly string[];
  /** The same logs in the other forms. */
  readonly otherForms: Readonly<Record<Exclude<LogFormWriter['name'], 'wevtutil'>, readonly string[]>>;
  readonly truth: string;
}

/** `capture.pcapng`, `<HOST>-System.xml`, `.evtx`, … for each log, `truth.json`. The folder is made; files of these names are replaced. */
export async function writeStory(story: Story, folder: string): Promise<WrittenStory> {
  await mkdir(folder, { recursive: true });
  const capture = join(folder, 'capture.pcapng');
  const writer = await PcapngWriter.open(capture, { linkType: linkType.ethernet, interfaceName: 'mirror', snapLength: 262_144 });
  try {
    for (const { capturedAtUs, octets, originalLength } of story.frames) writer.write(capturedAtUs, octets, originalLength);
  } finally {
    await writer.close();
  }
  const written = async ({ extension, encode }: LogFormWriter): Promise<string[]> => {
    const paths: string[] = [];
    for (const { fileName, events } of story.logs) {
      const path = join(folder, fileName.replace(/\.xml$/, extension));
      await writeFile(path, encode(events));
      paths.push(path);
    }
    return paths;
  };
  const forms: Record<string, string[]> = {};
  for (const form of logForms) forms[form.name] = await written(form);
  const { wevtutil: logs, ...otherForms } = forms as Record<LogFormWriter['name'], string[]>;
  const truth = join(folder, 'truth.json');
  await writeFile(truth, `${JSON.stringify(story.truth, null, 2)}\n`);
  return { capture, logs, otherForms, truth };
}
