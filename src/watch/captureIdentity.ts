/** What makes a file the same file: its content. Read once before it is replayed, so that every row can name its capture. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Failure } from '../base/failure.ts';
import { deriveId } from '../base/ids.ts';
import type { CaptureRecord } from '../record/capture.ts';
import { captures } from '../store/questions/facts.ts';
import type { Store } from '../store/store.ts';

export interface FileIdentity {
  readonly id: string;
  readonly contentSha256: string;
  readonly octets: number;
  /** Already read to its end. */
  readonly alreadyStored: boolean;
  /** Records whose rows must go before this file is read: an interrupted reading of it, or a shorter version of it. */
  readonly supersedes: readonly CaptureRecord[];
}

/** @param kind a log and a capture with the same octets would still be two */
export async function identifyFile(path: string, kind: 'capture' | 'log', store: Store, signal?: AbortSignal): Promise<FileIdentity> {
  const known = (await store.ask(captures, {})).filter((record) => record.kind === kind && record.contentSha256 !== null);
  const information = await stat(path).catch((cause) => {
    throw new Failure('FILE_UNREADABLE', `${path}: ${cause.code === 'ENOENT' ? 'no such file' : cause.message}`, 'check the name', {
      cause,
    });
  });
  if (information.isDirectory()) throw new Failure('FILE_DIRECTORY', `${path}: is a directory`, 'name the files in it');
  if (!information.isFile()) throw new Failure('FILE_SPECIAL', `${path}: is not a regular file`, 'write it to a file first');
  // The file may be a longer version of one that is stored: its beginning then has the hash of the whole shorter one.
  const shorter = new Map(known.filter(({ octets }) => octets > 0).map((record) => [record.octets, record]));
  const { contentSha256, octets, beginnings } = await hashFile(
    path,
    [...shorter.keys()].sort((a, b) => a - b),
    signal,
  );
  const id = deriveId(kind, contentSha256);
  const same = known.find((record) => record.id === id);
  const grownFrom = known.filter((record) => record.octets < octets && beginnings.get(record.octets) === record.contentSha256);
  return {
    id,
    contentSha256,
    octets,
    alreadyStored: same?.state === 'complete',
    supersedes: same ? (same.state === 'complete' ? [] : [same]) : grownFrom,
  };
}

async function hashFile(path: string, cuts: readonly number[], signal?: AbortSignal) {
  const hash = createHash('sha256');
  const beginnings = new Map<number, string>();
  let octets = 0;
  const stream = createReadStream(path, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let done = 0;
      for (const cut of cuts.filter((at) => at > octets && at <= octets + chunk.length)) {
        hash.update(chunk.subarray(done, cut - octets));
        done = cut - octets;
        beginnings.set(cut, hash.copy().digest('hex'));
      }
      hash.update(chunk.subarray(done));
      octets += chunk.length;
    }
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Failure('FILE_UNREADABLE', `${path}: ${(cause as Error).message}`, 'check its permissions', { cause });
  }
  return { contentSha256: hash.digest('hex'), octets, beginnings };
}
