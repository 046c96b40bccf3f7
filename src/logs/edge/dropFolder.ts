/**
 * A folder into which log files are dropped, by rename or while they are written. A file is read when it has rested for one look,
 * and again from its beginning when it has grown or was replaced: the sink knows what it has. Files stay where they are; one that
 * is no log is set aside into `refused/`, with the reason beside it.
 */

import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogError } from './logError.ts';
import { type LogFile, openLog } from './logFile.ts';
import { count, type LogSink, openBooks, type ReceiverBooks, type ReceiverOptions } from './logSink.ts';

export interface DropFolderOptions extends ReceiverOptions {
  /** Between two looks, ms. */
  readonly lookEveryMs?: number | undefined;
  /** How long a file that cannot be read is waited for: it may still be written. */
  readonly patienceMs?: number | undefined;
}

/** What tells whether a file is as it was. */
type Sign = string;

const memoryFile = '.yoban-read.json';
const refusedFolder = 'refused';
/** Names of files that a program is still writing, or that are not meant to be seen. */
const unfinished = /^\.|~$|\.(tmp|temp|part|partial|filepart|crdownload|swp)$/i;
/** Problems of the machine, not of the file: tried again and never set aside. */
const passing: ReadonlySet<string> = new Set(['LOG_MISSING', 'LOG_UNREADABLE']);

export class DropFolder {
  readonly books: ReceiverBooks = openBooks('drop');
  private read = new Map<string, Sign>();
  private seen = new Map<string, Sign>();
  private readonly failed = new Map<string, { readonly sign: Sign; readonly sinceMs: number }>();
  /** By name in `refused/`, since the start. */
  private readonly aside = new Map<string, { readonly name: string; readonly sign: Sign }>();
  private readonly told = new Set<string>();
  private running: Promise<void> | undefined;

  constructor(
    private readonly folder: string,
    private readonly sink: LogSink,
    private readonly options: DropFolderOptions,
    private readonly signal: AbortSignal,
  ) {}

  /** Makes the folder where it is missing. Throws when that fails. */
  async start(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    this.read = await this.remembered();
    this.running = this.run();
  }

  /** Resolves when the file in hand is done. */
  async stopped(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.signal.aborted) {
      try {
        await this.look();
        this.told.delete('folder');
      } catch (error) {
        this.tellOnce('folder', `the folder ${this.folder} cannot be read (${reasonOf(error)}); check its permissions, it is tried again`);
      }
      await sleep(this.options.lookEveryMs ?? 1000, undefined, { signal: this.signal }).catch(() => undefined);
    }
  }

  private async look(): Promise<void> {
    const entries = await readdir(this.folder, { withFileTypes: true });
    // Neither links nor pipes: what they lead to was not dropped here.
    const names = entries.filter((entry) => entry.isFile() && !unfinished.test(entry.name)).map(({ name }) => name);
    const seen = new Map<string, Sign>();
    for (const name of names.sort()) {
      if (this.signal.aborted) return;
      const sign = await signOf(join(this.folder, name));
      if (sign === undefined) continue;
      seen.set(name, sign);
      if (this.seen.get(name) === sign && this.read.get(name) !== sign) await this.take(name, sign);
    }
    await this.bringBack();
    for (const known of [this.read, this.failed]) for (const name of known.keys()) if (!seen.has(name)) known.delete(name);
    this.seen = seen;
  }

  private async take(name: string, sign: Sign): Promise<void> {
    const failed = this.failed.get(name);
    const isPatient = failed?.sign === sign;
    const patienceMs = this.options.patienceMs ?? 30_000;
    if (isPatient && Date.now() - failed.sinceMs < patienceMs) return;
    const fault = await this.readFile(name, isPatient);
    if (fault === 'again') return;
    if (fault === undefined) {
      this.failed.delete(name);
      this.read.set(name, sign);
      await this.remember();
    } else if (isPatient) await this.setAside(name, fault);
    else this.failed.set(name, { sign, sinceMs: Date.now() });
  }

  /** `undefined` when its events are in the store, `again` when that failed, or what is wrong with the file. */
  private async readFile(name: string, isLast: boolean): Promise<string | 'again' | undefined> {
    const path = join(this.folder, name);
    let log: LogFile | undefined;
    try {
      log = await openLog(path, this.options.zone === undefined ? {} : { zone: this.options.zone });
      for await (const events of log) {
        this.books.held += events.length;
        this.books.in += events.length;
        try {
          await this.sink(events, { receiver: 'drop', name, format: log.format });
          this.books.out += events.length;
        } catch (error) {
          // The file is still there, and read again.
          this.books.in -= events.length;
          throw new SinkError(reasonOf(error));
        } finally {
          this.books.held -= events.length;
        }
      }
    } catch (error) {
      await log?.close();
      if (error instanceof SinkError || (error instanceof LogError && passing.has(error.code))) {
        this.tellOnce(name, `${path}: ${reasonOf(error)}; it is tried again`);
        return 'again';
      }
      if (!(error instanceof LogError)) throw error;
      return `${error.message}; ${error.advice}`;
    }
    this.told.delete(name);
    return this.finish(path, log, isLast);
  }

  /** A file from which nothing came is no log, or one that is only beginning. */
  private finish(path: string, log: LogFile, isLast: boolean): string | undefined {
    const { failed, parsed, recovered } = log.counters;
    const faults = log.faults.map(({ layer, kind, count: times }) => `${layer} ${kind} ${times}`).join(', ');
    const isEmpty = parsed + recovered === 0 && faults !== '';
    if (isEmpty && !isLast) return faults;
    this.books.in += failed;
    count(this.books.refused, 'damaged', failed);
    if (isEmpty) return ['no event in it could be read: '.concat(faults), ...log.notes].join('; ');
    if (faults !== '') this.options.onNotice?.(`${path}: ${parsed} events read, with faults: ${faults}`);
    for (const note of log.notes) this.options.onNotice?.(`${path}: ${note}`);
    return undefined;
  }

  private async setAside(name: string, fault: string): Promise<void> {
    const folder = join(this.folder, refusedFolder);
    await mkdir(folder, { recursive: true });
    let target = name;
    for (let i = 1; await exists(join(folder, target)); i++) target = `${name}.${i}`;
    await writeFile(join(folder, `${target}.reason.txt`), `${fault}\n`);
    await rename(join(this.folder, name), join(folder, target));
    this.failed.delete(name);
    const sign = await signOf(join(folder, target));
    if (sign !== undefined) this.aside.set(target, { name, sign });
    this.options.onNotice?.(`${join(this.folder, name)} was set aside into ${refusedFolder}/: ${fault}`);
  }

  /** A file that grows after it was set aside was being written all along, by a program that holds it open. */
  private async bringBack(): Promise<void> {
    for (const [target, { name, sign }] of this.aside) {
      const path = join(this.folder, refusedFolder, target);
      const now = await signOf(path);
      if (now === sign) continue;
      this.aside.delete(target);
      if (now === undefined || (await exists(join(this.folder, name)))) continue;
      await rename(path, join(this.folder, name));
      await rm(`${path}.reason.txt`, { force: true });
      this.options.onNotice?.(`${join(this.folder, name)} has grown since it was set aside, and is read again`);
    }
  }

  /** Only spares work after a restart: what is lost here is read again, and known to the sink. */
  private async remember(): Promise<void> {
    const path = join(this.folder, memoryFile);
    try {
      await writeFile(`${path}.tmp`, JSON.stringify(Object.fromEntries(this.read)));
      await rename(`${path}.tmp`, path);
    } catch (error) {
      this.tellOnce('memory', `${path} cannot be written (${reasonOf(error)}); files are read again after a restart`);
    }
  }

  private async remembered(): Promise<Map<string, Sign>> {
    try {
      const value: unknown = JSON.parse(await readFile(join(this.folder, memoryFile), 'utf8'));
      return new Map(Object.entries(value as object).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
    } catch {
      // Not there, or spoilt: everything is read again.
      return new Map();
    }
  }

  private tellOnce(about: string, notice: string): void {
    if (this.told.has(about)) return;
    this.told.add(about);
    this.options.onNotice?.(notice);
  }
}

/** The store did not take the events. */
class SinkError extends Error {}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** `undefined` for an empty file, which is only beginning, and for one that is gone. */
async function signOf(path: string): Promise<Sign | undefined> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return size === 0 ? undefined : `${ino} ${size} ${mtimeMs}`;
  } catch {
    // Renamed away since the folder was listed.
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
