/** The log of the running program: one line an entry, to stderr. The only import of `winston`. */

import type { Writable } from 'node:stream';
import winston from 'winston';
import { printable } from '../base/printable.ts';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Plain values that belong to an entry. Never packets, never secrets. */
export type LogDetails = Readonly<Record<string, string | number | boolean | bigint | null>>;

/** The log of one room. */
export interface RoomLog {
  error(message: string, details?: LogDetails): void;
  warn(message: string, details?: LogDetails): void;
  info(message: string, details?: LogDetails): void;
  debug(message: string, details?: LogDetails): void;
}

export interface LogOptions {
  /** The least important level that is still written. */
  readonly level: LogLevel;
  /** One JSON object a line, for programs. */
  readonly json?: boolean;
  /** Where to write; stderr unless told otherwise, so that stdout holds results only. */
  readonly stream?: Writable;
}

export class Log {
  private constructor(private readonly logger: winston.Logger) {}

  static create(options: LogOptions): Log {
    const stream = options.stream ?? process.stderr;
    const logger = winston.createLogger({
      level: options.level,
      levels: Object.fromEntries(logLevels.map((level, rank) => [level, rank])),
      format: winston.format.printf((entry) => (options.json ? jsonLine(entry) : textLine(entry))),
      transports: [new winston.transports.Stream({ stream, eol: '\n' })],
      exitOnError: false,
    });
    return new Log(logger);
  }

  /** `room` stands in every line: the folder of `src/` that speaks. */
  room(room: string): RoomLog {
    const write = (level: LogLevel) => (message: string, details?: LogDetails) => {
      this.logger.log({ level, message, room, time: new Date().toISOString(), details });
    };
    return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
  }

  /** Returns when everything that was logged has been handed to the stream, which stays open. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.logger.once('finish', resolve);
      this.logger.end();
    });
  }
}

export function createLog(options: LogOptions): Log {
  return Log.create(options);
}

/** `2026-01-10T09:00:00.000Z warn  store  message key=value`: values with blanks in them are quoted. */
function textLine(entry: winston.Logform.TransformableInfo): string {
  const details = Object.entries((entry.details as LogDetails | undefined) ?? {}).map(([key, value]) => `${key}=${shown(value)}`);
  return printable([entry.time, entry.level.padEnd(5), entry.room, entry.message, ...details].join(' '));
}

function shown(value: LogDetails[string]): string {
  return typeof value === 'string' && !/^[^\s"=]+$/.test(value) ? JSON.stringify(value) : String(value);
}

/** JSON escapes control characters itself, so that it stays one line. */
function jsonLine(entry: winston.Logform.TransformableInfo): string {
  const { time, level, room, message, details } = entry;
  return JSON.stringify({ time, level, room, message, details }, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}
