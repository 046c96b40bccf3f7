/** All stories about power and people, by name. Each was written from the project's facts about Windows logs, before any reader of them. */

import { bootScripts } from './bootStories.ts';
import { logScripts, twinStories } from './logStories.ts';
import { personScripts } from './personStories.ts';
import { type PowerStory, powerStory } from './powerStory.ts';
import { sleepScripts } from './sleepStories.ts';
import { standbyScripts } from './standbyStories.ts';
import { trapScripts } from './trapStories.ts';

export const powerScripts = [...sleepScripts, ...standbyScripts, ...bootScripts, ...personScripts, ...logScripts, ...trapScripts];

/** The same seed gives the same octets on every machine. */
export const powerStories: Readonly<Record<string, (seed: number) => PowerStory>> = {
  ...Object.fromEntries(powerScripts.map((script) => [script.name, powerStory(script)])),
  ...twinStories,
};
