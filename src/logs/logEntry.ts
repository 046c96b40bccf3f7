/** What a reader of logs hands over for one event. */

import type { EventRecord } from '../record/event.ts';
import type { XmlElement } from './xmlElement.ts';

export interface LogEntry {
  readonly record: EventRecord;
  /** The whole event; `undefined` for forms that are not XML by nature, and where it was not asked for. */
  readonly element: XmlElement | undefined;
  /** The whole event as Windows prints it, where that was asked for and costs less than the element. */
  readonly text?: string;
}

/** What a reader of whole events wants: the element to look into, or the text to print. */
export type WholeEvent = 'element' | 'text';

/** seen = parsed + failed at all times: no record is dropped in silence. */
export interface LogCounters {
  /** Records that the log holds, as far as it could be read. */
  seen: number;
  parsed: number;
  /** Each of them has left a fault. */
  failed: number;
  /** Records found in slack space, beside the live sequence and in none of the other counts. */
  recovered: number;
}
