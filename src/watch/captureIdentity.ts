/** What makes a file the same file: its content. Read once before it is replayed, so that every row can name its capture. */

import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
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

/** Throws a `Failure` for what cannot be read twice: once to know it, once to replay it. */
export async function checkRegularFile(path: string): Promise<void> {
  const information = await stat(path).catch((cause) => {
    const reason = cause.code === 'ENOENT' ? 'no such file' : cause.message;
    throw new Failure('FILE_UNREADABLE', `${path}: ${reason}`, 'check the name', { cause });
  });
  if (information.isDirectory()) throw new Failure('FILE_DIRECTORY', `${path}: is a directory`, 'name the files in it');
  if (!information.isFile()) throw new Failure('FILE_SPECIAL', `${path}: is not a regular file`, 'write it to a file first');
}

/** @param kind a log and a capture with the same octets would still be two */
export async function identifyFile(path: string, kind: 'capture' | 'log', store: Store, signal?: AbortSignal): Promise<FileIdentity> {
  const known = (await store.ask(captures, {})).filter((record) => record.kind === kind && record.contentSha256 !== null);
  await checkRegularFile(path);
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

/** One buffer for all of a file: fresh ones for every piece pile up faster than they are collected. */
const pieceOctets = 256 * 1024;

async function hashFile(path: string, cuts: readonly number[], signal?: AbortSignal) {
  const hash = createHash('sha256');
  const beginnings = new Map<number, string>();
  const piece = new Uint8Array(pieceOctets);
  let octets = 0;
  try {
    const file = await open(path, 'r');
    try {
      for (;;) {
        signal?.throwIfAborted();
        const { bytesRead } = await file.read(piece, 0, pieceOctets, null);
        if (bytesRead === 0) break;
        let done = 0;
        for (const cut of cuts.filter((at) => at > octets && at <= octets + bytesRead)) {
          hash.update(piece.subarray(done, cut - octets));
          done = cut - octets;
          beginnings.set(cut, hash.copy().digest('hex'));
        }
        hash.update(piece.subarray(done, bytesRead));
        octets += bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Failure('FILE_UNREADABLE', `${path}: ${(cause as Error).message}`, 'check its permissions', { cause });
  }
  return { contentSha256: hash.digest('hex'), octets, beginnings };
}
