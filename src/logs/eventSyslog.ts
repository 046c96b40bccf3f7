/**
 * Events out of syslog: NXLog's structured data (RFC 5424), a JSON object or the XML of an event as the message, in either
 * form of syslog. A message that carries none is refused, and counted.
 */

import { FaultTally } from '../base/faultTally.ts';
import { Fault, malformed, unsupported } from '../base/octets.ts';
import { type EventJsonOptions, recordOfJson, withoutZone } from './eventJson.ts';
import { EventXmlReader } from './eventXml.ts';
import { type JsonObject, textAt } from './jsonField.ts';
import { parseJsonObject } from './jsonObjects.ts';
import type { LogCounters, LogEntry } from './logEntry.ts';
import { parseSyslog, type SyslogMessage } from './syslogMessage.ts';

const layer = 'syslog';
/** Characters of one message. */
export const longestMessage = 256 * 1024;

/** The event that one message carries. `at`: where the message begins, for the fault. */
export function entryOfSyslog(message: string, at: number, options: EventJsonOptions = {}): LogEntry | Fault {
  if (message.length > longestMessage) return malformed(layer, at, `message > ${longestMessage} characters`);
  const parsed = parseSyslog(message, at);
  if (parsed instanceof Fault) return parsed;
  const text = parsed.text.replace(/^@cee: ?/, '').trimStart();
  if (text.startsWith('{')) return entryOfJson(text, parsed, at, options);
  if (text.startsWith('<Event')) return entryOfXml(text, at);
  if (parsed.application === 'MSWinEventLog' || text.startsWith('MSWinEventLog'))
    return unsupported(layer, at, 'Snare: send JSON or XML instead');
  if (parsed.parameters.some(([name]) => name === 'EventID')) return entryOfParameters(parsed, at, options);
  return unsupported(layer, at, 'no event in the message');
}

function entryOfJson(text: string, message: SyslogMessage, at: number, options: EventJsonOptions): LogEntry | Fault {
  const object = parseJsonObject(text);
  if (!object) return malformed(layer, at, 'the message is no JSON object');
  const record = recordOfJson(object, at, { ...options, zone: zoneFrom(object, message) ?? options.zone });
  return record instanceof Fault ? record : { record, element: undefined };
}

/**
 * The zone of the times in the message, where it can be read off: the header says the same local time and names its zone. This
 * is no guess: NXLog writes both from one field.
 */
function zoneFrom(object: JsonObject, { time }: SyslogMessage): string | undefined {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.exec(time ?? '');
  const local = textAt(object, 'EventTime')?.trim().replace('T', ' ').slice(0, 19);
  return found && local === `${found[1]} ${found[2]}` ? found[3] : undefined;
}

function entryOfXml(text: string, at: number): LogEntry | Fault {
  const reader = new EventXmlReader();
  const [entry] = [...reader.push(text), ...reader.end()];
  return entry ?? malformed(layer, at, 'the message holds no whole event');
}

/** NXLog keeps SourceName, Hostname and EventTime in the header. */
function entryOfParameters(message: SyslogMessage, at: number, options: EventJsonOptions): LogEntry | Fault {
  const { time, host, application, parameters } = message;
  const object = {
    SourceName: application,
    Hostname: host,
    ...(time === undefined ? {} : { EventTime: time }),
    ...Object.fromEntries(parameters),
  };
  const record = recordOfJson(object, at, options);
  return record instanceof Fault ? record : { record, element: undefined };
}

/** A file of syslog, one message a line. */
export class EventSyslogReader {
  readonly faults = new FaultTally();
  readonly counters: LogCounters = { seen: 0, parsed: 0, failed: 0, recovered: 0 };
  /** Of the failed ones: refused because nobody said in which zone they were written. */
  withoutZone = 0;
  private text = '';
  private consumed = 0;
  private skipping = false;

  constructor(private readonly options: EventJsonOptions = {}) {}

  push(piece: string): LogEntry[] {
    this.text += piece;
    const entries: LogEntry[] = [];
    let start = 0;
    for (let end = this.text.indexOf('\n'); end !== -1; end = this.text.indexOf('\n', start)) {
      if (!this.skipping) this.take(this.text.slice(start, end), this.consumed + start, entries);
      this.skipping = false;
      start = end + 1;
    }
    this.consumed += start;
    this.text = this.text.slice(start);
    if (this.text.length > longestMessage) {
      if (!this.skipping) this.lose(malformed(layer, this.consumed, `message > ${longestMessage} characters`));
      this.skipping = true;
      this.consumed += this.text.length;
      this.text = '';
    }
    return entries;
  }

  end(): LogEntry[] {
    const entries: LogEntry[] = [];
    if (!this.skipping) this.take(this.text, this.consumed, entries);
    this.text = '';
    return entries;
  }

  private take(line: string, at: number, entries: LogEntry[]): void {
    const message = line.replace(/^\uFEFF/, '').replace(/\r$/, '');
    if (message.trim() === '') return;
    const entry = entryOfSyslog(message, at, this.options);
    if (entry instanceof Fault) this.lose(entry);
    else {
      this.counters.seen++;
      this.counters.parsed++;
      entries.push(entry);
    }
  }

  private lose(fault: Fault): void {
    this.counters.seen++;
    this.counters.failed++;
    if (fault.limitedBy === withoutZone) this.withoutZone++;
    this.faults.add(fault);
  }
}
