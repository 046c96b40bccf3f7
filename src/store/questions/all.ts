/** The questions that may be asked through the socket, by name. */

import type { Question } from '../question.ts';
import * as darkspace from './darkspace.ts';
import * as derived from './derived.ts';
import * as facts from './facts.ts';
import * as pages from './pages.ts';
import * as traffic from './traffic.ts';

export const questionsByName: ReadonlyMap<string, Question> = new Map(
  [facts, darkspace, derived, traffic, pages]
    .flatMap((part) => Object.values(part))
    .map((question) => [question.name, question as unknown as Question]),
);
