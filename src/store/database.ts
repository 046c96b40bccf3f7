/**
 * The one open database of this process.
 *
 * A second read-write instance of the same file in one process raises no error and loses committed rows on the next
 * open, so it is refused here: in workers always, in the main thread while the first is open. A second process is
 * refused by DuckDB itself; we wait a little and then name the holder.
 */

import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { Failure } from '../base/failure.ts';
import { databaseFile } from './databaseFile.ts';

export interface DatabaseOptions {
  /** DuckDB's own limit, such as `512MB`: its default is most of the machine. */
  readonly memoryLimit?: string;
  /** 1 while observing: more threads starve the capture. */
  readonly threads?: number;
  /** How long to wait for another process that holds the file. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

// On the global object, not in this module: two copies of the module in one process would have two registries.
const registryKey = Symbol.for('yoban.store.open');

/** Folders that are open in this process. */
function openFolders(): Set<string> {
  const holder = globalThis as { [registryKey]?: Set<string> };
  holder[registryKey] ??= new Set();
  return holder[registryKey];
}

/** The process that holds the lock, from DuckDB's complaint; `undefined` when the complaint is about something else. */
function lockHolder(error: unknown): string | undefined {
  const text = error instanceof Error ? error.message : '';
  if (!text.includes('Could not set lock') && !text.includes('Conflicting lock')) return undefined;
  const found = /held in (\S+)(?: \(PID (\d+)\))?/.exec(text) ?? /\(PID (\d+)\)/.exec(text);
  return found ? found[0].replace(/^held in /, '') : 'another process';
}

export class Database {
  private constructor(
    readonly file: string,
    private readonly instance: DuckDBInstance,
    private readonly key: string,
    private readonly memoryLimit: string,
  ) {}

  /** Creates the folder and the file where they are missing. */
  static async open(folder: string, options: DatabaseOptions = {}): Promise<Database> {
    if (!isMainThread) {
      throw new Failure(
        'STORE_IN_WORKER',
        `the store ${folder} was opened in a worker thread`,
        'open it in the main thread and pass batches to it',
      );
    }
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause) => {
      throw new Failure(
        'STORE_FOLDER',
        `the data folder ${folder} cannot be made: ${(cause as Error).message}`,
        'name another with --data',
        { cause },
      );
    });
    const file = join(folder, databaseFile);
    const key = join(await realpath(folder), databaseFile);
    if (openFolders().has(key)) {
      throw new Failure(
        'STORE_OPEN_HERE',
        `the store ${folder} is already open in this process`,
        'use the open one; a second would lose rows',
      );
    }
    openFolders().add(key);
    try {
      const memoryLimit = options.memoryLimit ?? usualMemoryLimit;
      return new Database(file, await openInstance(file, memoryLimit, options), key, memoryLimit);
    } catch (error) {
      openFolders().delete(key);
      throw error;
    }
  }

  async connect(): Promise<DuckDBConnection> {
    const connection = await this.instance.connect();
    await connection.run(`USE ${attachedAs}`);
    return connection;
  }

  /**
   * Gives memory that was freed back to the machine. The allocator inside DuckDB keeps it otherwise, 100 MB and more: of the settings for it
   * none acts in the thread that commits, and setting the limit does, even to what it is.
   */
  async releaseFreedMemory(connection: DuckDBConnection): Promise<void> {
    await connection.run(`SET memory_limit = '${this.memoryLimit}'`);
  }

  close(): void {
    this.instance.closeSync();
    openFolders().delete(this.key);
  }
}

const usualMemoryLimit = '512MB';
const attachedAs = 'yoban';
/**
 * A checkpoint rewrites the last group of rows of a table, with some 600 octets a row that lie about meanwhile; DuckDB's own 122,880 rows
 * took 75 MB. It can only be said of an attached file.
 */
const rowGroupRows = 8192;

async function openInstance(file: string, memoryLimit: string, options: DatabaseOptions): Promise<DuckDBInstance> {
  const deadline = performance.now() + (options.waitMs ?? 10_000);
  const settings = {
    memory_limit: memoryLimit,
    // Between two checkpoints the rows lie in memory as they came.
    checkpoint_threshold: '2MB',
    threads: String(options.threads ?? 1),
    // The type INET, for one, would try to download an extension.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // Reading sums of a month twice takes less than keeping them for the second time.
    disabled_optimizers: 'common_subplan',
  };
  const instance = await DuckDBInstance.create(':memory:', settings);
  try {
    await attach(instance, file, options, deadline);
    return instance;
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

async function attach(instance: DuckDBInstance, file: string, { signal }: DatabaseOptions, deadline: number): Promise<void> {
  const connection = await instance.connect();
  try {
    for (;;) {
      signal?.throwIfAborted();
      try {
        await connection.run(`ATTACH '${file.replaceAll("'", "''")}' AS ${attachedAs} (ROW_GROUP_SIZE ${rowGroupRows})`);
        return;
      } catch (cause) {
        const holder = lockHolder(cause);
        if (!holder) {
          throw new Failure(
            'STORE_UNREADABLE',
            `the store ${file} cannot be opened: ${firstLine(cause)}`,
            'check its permissions and the disk, or name another folder with --data',
            { cause },
          );
        }
        if (performance.now() >= deadline) {
          throw new Failure('STORE_HELD', `the store ${file} is held by ${holder}`, 'wait until that process ends, or end it', { cause });
        }
        await sleep(100, undefined, signal ? { signal } : {});
      }
    }
  } finally {
    connection.closeSync();
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] as string;
}
