/** `yoban scenario`: writes a generated story: capture, event logs, and the truth that a right answer must give. */

import { Command, InvalidArgumentError } from 'commander';
import { Failure } from '../base/failure.ts';
import { writeStory } from '../scenario/edge/writeStory.ts';
import { stories } from '../scenario/stories.ts';
import { writeResult } from './output.ts';

function seedArgument(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a seed is a whole number from 0 to 999999999.');
  return Number(text);
}

export function scenarioCommand(): Command {
  return new Command('scenario')
    .description('Writes a generated story: a capture, event logs in several forms, and the truth beside them.')
    .argument('<name>', `one of ${Object.keys(stories).join(', ')}`)
    .requiredOption('--out <dir>', 'folder to write into; made where it is missing')
    .option('--seed <n>', 'times, ports and addresses follow from it; equal seeds give equal files', seedArgument, 1)
    .action(async (name: string, { out, seed }: { out: string; seed: number }) => {
      const story = Object.hasOwn(stories, name) ? stories[name] : undefined;
      if (!story) throw new Failure('USAGE_STORY', `there is no story called ${name}`, `take one of ${Object.keys(stories).join(', ')}`);
      const { capture, logs, otherForms, truth } = await writeStory(story(seed), out);
      await writeResult(`${[capture, ...logs, ...Object.values(otherForms).flat(), truth].join('\n')}\n`);
    });
}
