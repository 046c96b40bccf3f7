/**
 * Opens a log file of any supported form, told by its content, and hands over its events in batches.
 *
 * Memory is bounded by one piece of the file and one event: files of any length stream through.
 */

import { type FileHandle, open } from 'node:fs/promises';
import type { FaultCount } from '../../record/capture.ts';
import type { EventRecord } from '../../record/event.ts';
import { textSource } from '../codePage.ts';
import { LogDecoder, type ReadableForm } from '../logDecoder.ts';
import type { LogCounters, LogEntry, WholeEvent } from '../logEntry.ts';
import { detectForm, detectionLength, type LogForm } from '../logForm.ts';
import { LogError, logErrorFrom } from './logError.ts';

const pieceLength = 64 * 1024;

/** What a log does not say of itself. */
export interface LogReading {
  /** Label of a text encoding (WHATWG, such as `windows-1252` or `shift_jis`, and `ibm437`, `ibm850`) for text that is neither UTF-8 nor UTF-16. */
  readonly encoding?: string;
  /** `+09:00` or `Z`: the zone of hosts whose log names none. Never guessed: without it such records are refused, and counted. */
  readonly zone?: string;
}

export interface OpenLogOptions extends LogReading {
  /** Sees every octet of the file once, in order, before it is read; the octets are borrowed for the call. For hashing. */
  readonly onChunk?: (octets: Uint8Array) => void;
}

/** Without what is `undefined`. */
export function logReading({ zone, encoding }: { zone?: string | undefined; encoding?: string | undefined }): LogReading {
  return { ...(zone === undefined ? {} : { zone }), ...(encoding === undefined ? {} : { encoding }) };
}

/** A log that is being read. Iterate once: over records, or over `entries()` where the whole events are wanted. */
export class LogFile implements AsyncIterable<EventRecord[]> {
  private decoder: LogDecoder | undefined;
  private begun = false;

  constructor(
    private readonly handle: FileHandle,
    readonly path: string,
    private readonly form: ReadableForm,
    private readonly options: OpenLogOptions,
  ) {}

  /** `event-xml`, `evtx`, …: for `capture.format`. */
  get format(): string {
    return this.form.kind;
  }

  /** Faults so far, by layer and kind; complete when the iteration has ended. */
  get faults(): FaultCount[] {
    return this.decoder?.faults ?? [];
  }

  get counters(): LogCounters {
    return this.decoder?.counters ?? { seen: 0, parsed: 0, failed: 0, recovered: 0 };
  }

  /** What the reader of the log should be told, one sentence each: what was assumed, and what he can name. */
  get notes(): string[] {
    const notes: string[] = [];
    const { assumedEncoding, withoutZone = 0 } = this.decoder ?? {};
    if (assumedEncoding) notes.push(`not UTF-8: read as ${assumedEncoding}, which its content looks like; name another with --encoding`);
    if (withoutZone > 0) notes.push(`${withoutZone} events refused, whose times name no zone: name it with --zone +09:00`);
    return notes;
  }

  /** Records in slack space of which nothing can be read any more; EVTX has such. */
  get unreadableInSlack(): number {
    return this.decoder?.unreadableInSlack ?? 0;
  }

  /** Events handed over so far, recovered ones not among them. */
  get records(): number {
    return this.counters.parsed;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EventRecord[]> {
    for await (const entries of this.read(undefined)) yield entries.map((entry) => entry.record);
  }

  /** Like the iteration over records, with the XML of each event where the form has one. */
  entries(whole: WholeEvent = 'element'): AsyncGenerator<LogEntry[]> {
    return this.read(whole);
  }

  /** Closes the file at the end. */
  private async *read(whole: WholeEvent | undefined): AsyncGenerator<LogEntry[]> {
    if (this.begun) throw new Error('unreachable: a LogFile is iterated once');
    this.begun = true;
    try {
      const { encoding, zone } = this.options;
      const decoder = new LogDecoder(this.form, { encoding, zone, whole });
      this.decoder = decoder;
      for await (const piece of this.pieces()) {
        const entries = decoder.push(piece);
        if (entries.length > 0) yield entries;
      }
      const rest = decoder.end();
      if (rest.length > 0) yield rest;
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    // close() of an already closed handle is no error worth telling.
    await this.handle.close().catch(() => undefined);
  }

  /** The octets of the file in order. Each piece is borrowed until the next is asked for. */
  private async *pieces(): AsyncGenerator<Uint8Array> {
    const buffer = new Uint8Array(pieceLength);
    for (let position = 0; ; ) {
      const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, position).catch((error: unknown) => {
        throw logErrorFrom(error, this.path);
      });
      if (bytesRead === 0) return;
      position += bytesRead;
      const piece = buffer.subarray(0, bytesRead);
      this.options.onChunk?.(piece);
      yield piece;
    }
  }
}

/** Throws `LogError` when the file cannot be read, or is no log that Yoban reads. The caller iterates or closes the result. */
export async function openLog(path: string, options: OpenLogOptions = {}): Promise<LogFile> {
  checkEncoding(options.encoding);
  if (options.zone !== undefined && !/^(Z|[+-]\d{2}:\d{2})$/.test(options.zone))
    throw new LogError('LOG_BAD_ZONE', `${options.zone} is no zone`, 'write it as +09:00 or Z');
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    throw logErrorFrom(error, path);
  }
  try {
    const stat = await handle.stat();
    if (stat.isDirectory()) throw new LogError('LOG_IS_DIRECTORY', `${path} is a directory`, 'name the log files in it');
    const head = new Uint8Array(detectionLength);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    if (bytesRead === 0) throw new LogError('LOG_EMPTY', `${path} is empty`, 'export the log again');
    return new LogFile(handle, path, supported(detectForm(head.subarray(0, bytesRead)), path), options);
  } catch (error) {
    await handle.close();
    throw error instanceof LogError ? error : logErrorFrom(error, path);
  }
}

/** Throws a `LogError` that says what it is instead. */
export function supported(form: LogForm, path: string): ReadableForm {
  switch (form.kind) {
    case 'other':
      throw new LogError('LOG_NOT_A_LOG', `${path} is ${form.what}`, form.advice);
    case 'csv':
      throw new LogError(
        'LOG_NOT_A_LOG',
        `${path} is CSV, which keeps neither the data of the events nor the zone of their times`,
        'export the log with "wevtutil epl System System.evtx"',
      );
    case 'legacy-evt':
      throw new LogError(
        'LOG_LEGACY_EVT',
        `${path} is in the old EVT format of Windows XP and 2003`,
        'convert it on Windows with "wevtutil epl OLD.evt NEW.evtx /lf:true", or open it in Event Viewer and save it as EVTX or XML',
      );
    default:
      return form;
  }
}

function checkEncoding(encoding: string | undefined): void {
  if (encoding === undefined) return;
  try {
    textSource(encoding);
  } catch (cause) {
    throw new LogError('LOG_BAD_ENCODING', `${encoding} is no text encoding`, 'use a label such as ibm850, windows-1252 or shift_jis', {
      cause,
    });
  }
}
