/** The forms in which a story writes its logs, beside each other and from the same events. */

import type { EventRecord } from '../record/event.ts';
import { encodeEvtx } from './evtx/evtxFile.ts';
import { encodeNxlogSyslog } from './nxlogSyslog.ts';
import { encodeWevtutilXml } from './wevtutilXml.ts';
import { encodeWinlogbeatJson } from './winlogbeatJson.ts';

export interface LogFormWriter {
  readonly name: 'wevtutil' | 'evtx' | 'winlogbeat' | 'nxlog-syslog';
  /** Takes the place of `.xml` in the name of the log. */
  readonly extension: string;
  readonly encode: (events: readonly EventRecord[]) => string | Uint8Array;
}

export const logForms: readonly LogFormWriter[] = [
  { name: 'wevtutil', extension: '.xml', encode: (events) => encodeWevtutilXml(events) },
  { name: 'evtx', extension: '.evtx', encode: encodeEvtx },
  { name: 'winlogbeat', extension: '.winlogbeat.ndjson', encode: encodeWinlogbeatJson },
  { name: 'nxlog-syslog', extension: '.nxlog.syslog', encode: (events) => encodeNxlogSyslog(events) },
];
