/**
 * Events out of JSON: ECS documents of Winlogbeat and Elastic Agent, NXLog, PowerShell's `Get-WinEvent` and `Get-EventLog`
 * through `ConvertTo-Json`, and the journal of systemd (`journalctl -o json`). The form is told by the fields of each object.
 */

import { FaultTally } from '../base/faultTally.ts';
import { Fault, malformed, unsupported } from '../base/octets.ts';
import { type Microseconds, parseTime } from '../base/time.ts';
import { type EventData, type EventRecord, eventIdentity, hostOf } from '../record/event.ts';
import { parseEventNumber, parseWhole } from './eventRecord.ts';
import { journalRecord } from './journal.ts';
import { type JsonObject, leaves, textAt, valueAt } from './jsonField.ts';
import { type CutObject, JsonObjects } from './jsonObjects.ts';
import type { LogCounters, LogEntry } from './logEntry.ts';

const layer = 'event-json';

/** Why an event with local time is refused. */
export const withoutZone = 'a time without a zone: name the zone of the host';

export interface EventJsonOptions {
  /** `+09:00`, `Z`: the zone of times that name none (NXLog writes local time). Without it such records are refused. */
  readonly zone?: string | undefined;
}

export class EventJsonReader {
  readonly faults = new FaultTally();
  readonly counters: LogCounters = { seen: 0, parsed: 0, failed: 0, recovered: 0 };
  /** Of the failed ones: refused because nobody said in which zone they were written. */
  withoutZone = 0;
  private readonly objects = new JsonObjects();

  constructor(private readonly options: EventJsonOptions = {}) {}

  push(piece: string): LogEntry[] {
    return this.objects.push(piece).flatMap((cut) => this.take(cut));
  }

  end(): LogEntry[] {
    return this.objects.end().flatMap((cut) => this.take(cut));
  }

  private take(cut: CutObject): LogEntry[] {
    this.counters.seen++;
    const record = cut.value ? recordOfJson(cut.value, cut.at, this.options) : malformed(layer, cut.at, 'not a JSON object');
    if (record instanceof Fault) {
      this.counters.failed++;
      if (record.limitedBy === withoutZone) this.withoutZone++;
      this.faults.add(record);
      return [];
    }
    this.counters.parsed++;
    return [{ record, element: undefined }];
  }
}

/** `at`: where the object begins, for the fault. */
export function recordOfJson(outer: JsonObject, at: number, options: EventJsonOptions = {}): EventRecord | Fault {
  // Search results and dumps of Elasticsearch wrap the document.
  const source = valueAt(outer, '_source');
  const object = typeof source === 'object' && source !== null && !Array.isArray(source) ? (source as JsonObject) : outer;
  if (valueAt(object, '__REALTIME_TIMESTAMP') !== undefined) return journalRecord(object, at);
  const parts = ecs(object) ?? nxlog(object, options) ?? powerShell(object, options);
  if (!parts) return unsupported(layer, at, 'no known form of event');
  const number = parseEventNumber(parts.eventId ?? '', parts.qualifiers);
  if (!number) return malformed(layer, at, 'the event id is not a number of 32 bits');
  if (!parts.provider) return malformed(layer, at, 'no provider');
  if (parts.time === 'no zone') return unsupported(layer, at, withoutZone);
  if (parts.time === undefined) return malformed(layer, at, 'the time is not an instant');
  const recordId = parts.recordId === undefined ? null : parseWhole(parts.recordId, Number.MAX_SAFE_INTEGER);
  if (recordId === undefined) return malformed(layer, at, 'the record id is not a number');
  const computer = parts.computer ?? '';
  const record = {
    host: hostOf(computer),
    channel: parts.channel ?? '',
    recordId,
    provider: parts.provider,
    eventId: number.eventId,
    version: parseWhole(parts.version ?? '', 0xffff) ?? null,
    qualifiers: number.qualifiers,
    time: parts.time,
    computer,
    data: parts.data,
    recovered: false,
  };
  return { id: eventIdentity(record), ...record };
}

interface Parts {
  readonly provider: string | undefined;
  readonly eventId: string | undefined;
  readonly qualifiers?: string | undefined;
  readonly version?: string | undefined;
  readonly time: Microseconds | 'no zone' | undefined;
  readonly recordId: string | undefined;
  readonly channel: string | undefined;
  readonly computer: string | undefined;
  readonly data: EventData;
}

/** Winlogbeat writes `winlog.record_id` as a number, Elastic Agent as text; `@timestamp` is TimeCreated in both. */
function ecs(object: JsonObject): Parts | undefined {
  if (textAt(object, 'winlog.event_id', 'winlog.provider_name', 'winlog.channel') === undefined) return undefined;
  const data: EventData = [];
  leaves(valueAt(object, 'winlog.event_data') ?? flat(object, 'winlog.event_data.'), 'event_data', data);
  leaves(valueAt(object, 'winlog.user_data') ?? flat(object, 'winlog.user_data.'), 'user_data', data);
  return {
    provider: textAt(object, 'winlog.provider_name', 'event.provider'),
    eventId: textAt(object, 'winlog.event_id', 'event.code'),
    version: textAt(object, 'winlog.version'),
    time: parseTime(textAt(object, '@timestamp') ?? ''),
    recordId: textAt(object, 'winlog.record_id'),
    channel: textAt(object, 'winlog.channel'),
    computer: textAt(object, 'winlog.computer_name', 'host.name', 'host.hostname'),
    // Unnamed strings are called param1, param2, …; the name of the wrapper of user data says nothing.
    data: data.filter(([name]) => name !== 'xml_name'),
  };
}

function flat(object: JsonObject, prefix: string): JsonObject {
  return Object.fromEntries(
    Object.entries(object)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

/** What NXLog's im_msvistalog adds of its own; everything else on the top level is event data. */
const nxlogOwn: ReadonlySet<string> = new Set(
  'EventTime EventTimeWritten Hostname Keywords EventType SeverityValue Severity EventID SourceName ProviderGuid Version Task TaskValue OpcodeValue RecordNumber ActivityID RelatedActivityID ProcessID ExecutionProcessID ExecutionThreadID ThreadID Channel Domain AccountName UserID AccountType Message Category Opcode EventReceivedTime SourceModuleName SourceModuleType Level'.split(
    ' ',
  ),
);

function nxlog(object: JsonObject, options: EventJsonOptions): Parts | undefined {
  if (textAt(object, 'SourceName') === undefined || textAt(object, 'EventTime') === undefined) return undefined;
  const data: EventData = [];
  for (const [key, value] of Object.entries(object)) if (!nxlogOwn.has(key)) leaves(value, key, data);
  return {
    provider: textAt(object, 'SourceName'),
    eventId: textAt(object, 'EventID'),
    version: textAt(object, 'Version'),
    time: zoned(textAt(object, 'EventTime') ?? '', options),
    recordId: textAt(object, 'RecordNumber'),
    channel: textAt(object, 'Channel'),
    computer: textAt(object, 'Hostname'),
    data,
  };
}

/** `Get-WinEvent` (ProviderName, Id, RecordId) and `Get-EventLog` (Source, InstanceId, Index). */
function powerShell(object: JsonObject, options: EventJsonOptions): Parts | undefined {
  const modern = textAt(object, 'ProviderName') !== undefined;
  if (!modern && (textAt(object, 'Source') === undefined || textAt(object, 'InstanceId', 'EventID') === undefined)) return undefined;
  const data: EventData = [];
  const properties = valueAt(object, modern ? 'Properties' : 'ReplacementStrings');
  if (Array.isArray(properties))
    for (const property of properties) {
      const value: unknown = typeof property === 'object' && property !== null ? (property as JsonObject).Value : property;
      data.push(['', value === null || value === undefined ? '' : String(value)]);
    }
  return {
    provider: textAt(object, modern ? 'ProviderName' : 'Source'),
    eventId: modern ? textAt(object, 'Id') : textAt(object, 'InstanceId', 'EventID'),
    qualifiers: modern ? textAt(object, 'Qualifiers') : undefined,
    version: textAt(object, 'Version'),
    time: dotNetTime(valueAt(object, modern ? 'TimeCreated' : 'TimeGenerated'), options),
    recordId: textAt(object, modern ? 'RecordId' : 'Index'),
    channel: textAt(object, 'LogName'),
    computer: textAt(object, 'MachineName'),
    data,
  };
}

/** `/Date(1709553600000)/` is milliseconds since 1970, UTC, in PowerShell 5; PowerShell 7 writes ISO 8601 with an offset. */
function dotNetTime(value: unknown, options: EventJsonOptions): Parts['time'] {
  const text = typeof value === 'object' && value !== null ? textAt(value as JsonObject, 'value', 'DateTime') : value;
  if (typeof text !== 'string') return undefined;
  const found = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/.exec(text);
  return found ? Number(found[1]) * 1000 : zoned(text, options);
}

function zoned(text: string, options: EventJsonOptions): Parts['time'] {
  const named = parseTime(text);
  if (named !== undefined) return named;
  if (parseTime(text, 'utc') === undefined) return undefined;
  return options.zone === undefined ? 'no zone' : parseTime(`${text.trim()}${options.zone}`);
}
