/** Octets of a log of known form → its events, piece by piece, wherever they come from: a file, a request, a connection. */

import { FaultTally } from '../base/faultTally.ts';
import { Fault, type FaultKind } from '../base/octets.ts';
import type { FaultCount } from '../record/capture.ts';
import { likelyCodePage, type TextSource, textSource } from './codePage.ts';
import { EventJsonReader } from './eventJson.ts';
import { EventSyslogReader } from './eventSyslog.ts';
import { EventXmlReader } from './eventXml.ts';
import { EvtxReader } from './evtx/evtxReader.ts';
import type { LogCounters, LogEntry, WholeEvent } from './logEntry.ts';
import type { LogForm } from './logForm.ts';

export type ReadableForm = Exclude<LogForm, { kind: 'other' | 'legacy-evt' | 'csv' }>;

export interface LogDecoderOptions {
  /** Label of a text encoding (WHATWG, or `ibm437`, `ibm850`) for text that is neither UTF-8 nor UTF-16. */
  readonly encoding?: string | undefined;
  /** `+09:00` or `Z`: the zone of hosts whose log names none. Never guessed: without it such records are refused, and counted. */
  readonly zone?: string | undefined;
  /** What is wanted of each event beside its record. */
  readonly whole?: WholeEvent | undefined;
}

const none = new Uint8Array(0);

export class LogDecoder {
  private readonly tally = new FaultTally();
  private readonly reader: EventJsonReader | EventSyslogReader | EventXmlReader | EvtxReader;
  private source: TextSource | undefined;
  private carry: Uint8Array = none;
  private encoding = '';
  private replaced = false;

  constructor(form: ReadableForm, options: LogDecoderOptions = {}) {
    if (form.kind === 'evtx') this.reader = new EvtxReader(options.whole);
    else {
      if (form.kind === 'json') this.reader = new EventJsonReader({ zone: options.zone });
      else if (form.kind === 'syslog') this.reader = new EventSyslogReader({ zone: options.zone });
      else this.reader = new EventXmlReader();
      this.encoding = options.encoding ?? form.encoding;
      // UTF-8 that nobody vouched for is checked: it may be a code page.
      if (options.encoding !== undefined || form.encoding !== 'utf-8') this.source = textSource(this.encoding);
    }
  }

  /** The code page that the content was taken for, where it is not UTF-8 and nobody said what it is. */
  get assumedEncoding(): string | undefined {
    return this.replaced && this.encoding !== 'utf-8' && this.assumed ? this.encoding : undefined;
  }
  private assumed = false;

  /** Events that became complete with this piece, which is borrowed for the call. */
  push(piece: Uint8Array): LogEntry[] {
    if (this.reader instanceof EvtxReader) return this.reader.push(piece);
    return this.reader.push(this.text(piece, false));
  }

  end(): LogEntry[] {
    if (this.reader instanceof EvtxReader) return this.reader.end();
    return [...this.reader.push(this.text(none, true)), ...this.reader.end()];
  }

  get counters(): LogCounters {
    return { ...this.reader.counters };
  }

  /** Events that were refused because their times name no zone and nobody else did. */
  get withoutZone(): number {
    return 'withoutZone' in this.reader ? this.reader.withoutZone : 0;
  }

  /** Records in slack space of which nothing can be read any more; EVTX has such. */
  get unreadableInSlack(): number {
    return this.reader instanceof EvtxReader ? this.reader.unreadableInSlack : 0;
  }

  /** Faults so far, by layer and kind. */
  get faults(): FaultCount[] {
    const merged = new FaultTally();
    for (const { layer, kind, count } of [...this.tally.list(), ...this.reader.faults.list()])
      merged.add({ layer, kind: kind as FaultKind }, count);
    return merged.list().map((total) => ({ ...total }));
  }

  private text(piece: Uint8Array, last: boolean): string {
    if (this.source) return this.checked(this.source.decode(piece, last));
    const octets = this.carry.length === 0 ? piece : joined(this.carry, piece);
    const whole = last ? octets.length : wholeUtf8(octets);
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets.subarray(0, whole));
      this.carry = octets.slice(whole);
      return text;
    } catch {
      // TextDecoder tells of false octets only by throwing.
      this.encoding = likelyCodePage(octets);
      this.assumed = true;
      this.source = textSource(this.encoding);
      this.carry = none;
      this.fault('octets that are not utf-8');
      return this.source.decode(octets, last);
    }
  }

  private checked(text: string): string {
    if (!this.replaced && text.includes('\ufffd')) this.fault(`octets that are not ${this.encoding}`);
    return text;
  }

  /** One for the log: from the first false octet on, the encoding itself is in doubt. */
  private fault(because: string): void {
    this.replaced = true;
    this.tally.add(new Fault('text', 'malformed', 0, 0, 0, because));
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** How many octets do not end within a character (RFC 3629 §3: at most three are waiting for the fourth). */
function wholeUtf8(octets: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, octets.length); back++) {
    const octet = octets[octets.length - back] as number;
    if (octet < 0x80) break;
    if (octet >= 0xc0) return back < (octet >= 0xf0 ? 4 : octet >= 0xe0 ? 3 : 2) ? octets.length - back : octets.length;
  }
  return octets.length;
}
