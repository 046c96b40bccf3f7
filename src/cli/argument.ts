/** Arguments that several verbs take. */

import { InvalidArgumentError } from 'commander';
import { type Microseconds, parseTime } from '../base/time.ts';

export function instantArgument(text: string): Microseconds {
  const at = parseTime(text, 'utc');
  if (at === undefined) throw new InvalidArgumentError('an instant looks like 2021-01-10T09:00:00Z or 2021-01-10 (UTC).');
  return at;
}
