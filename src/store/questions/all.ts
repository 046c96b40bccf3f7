/** The questions that may be asked through the socket, by name. */

import type { Question } from '../question.ts';
import * as derived from './derived.ts';
import * as facts from './facts.ts';

export const questionsByName: ReadonlyMap<string, Question> = new Map(
  [...Object.values(facts), ...Object.values(derived)].map((question) => [question.name, question as unknown as Question]),
);
