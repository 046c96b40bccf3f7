/** What a person is told when a verb fails: one line on stderr, what, where, what to do, and the exit code that belongs to it. */

import { Failure } from '../base/failure.ts';
import { printable } from '../base/printable.ts';

/** 1: it failed. 2: it was asked for the wrong way. 130: it was told to stop (128 + SIGINT, as shells have it). */
export type ExitCode = 1 | 2 | 130;

/** One line without a full stop, safe to print on a terminal whatever names stand in it. */
export function describeFailure(error: unknown): string {
  return printable(sentence(error));
}

export function exitCodeOf(error: unknown): ExitCode {
  if (isAbort(error)) return 130;
  return error instanceof Failure && /^(USAGE|CONFIGURATION|KNOWLEDGE|FILE|CAPTURE|LOG)(_|$)/.test(error.code) ? 2 : 1;
}

function sentence(error: unknown): string {
  if (isAbort(error)) return 'stopped before the end; run it again to go on';
  if (error instanceof Failure) {
    // What the operating system said is in the message already, in words; the cause is for the log.
    return `${error.message}; ${error.advice}`;
  }
  if (isSystemError(error)) {
    const what = error.path === undefined ? '' : `${error.path}: `;
    return `${what}${systemReasons[error.code] ?? error.message}; ${systemAdvice[error.code] ?? 'look at the reason and try again'}`;
  }
  // The database wraps what the system said into its own words.
  if (error instanceof Error && /No space left on device|Disk quota exceeded/.test(error.message))
    return 'the disk is full; free some space, then run it again';
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `${text}; this is a mistake of Yoban's own, please report it with the command that led to it`;
}

/** What the operating system says is wrong, in words. */
export function systemReason(error: unknown): string {
  if (isSystemError(error)) return systemReasons[error.code] ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

interface SystemError extends Error {
  readonly code: string;
  readonly path?: string;
}

/** An error of the operating system or of Node's own doing with it, as against a mistake in a program. */
function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'errno' in error && 'code' in error && typeof error.code === 'string';
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || (error as NodeJS.ErrnoException).code === 'ABORT_ERR');
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'is a folder',
  ENOTDIR: 'is not a folder',
  ENOSPC: 'no space left on the disk',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  EADDRINUSE: 'the address is in use',
  ECONNREFUSED: 'nobody answers there',
  EPIPE: 'the reader of the output is gone',
};

const systemAdvice: Readonly<Record<string, string>> = {
  ENOENT: 'check the path',
  EACCES: 'run it as a user who may read and write there',
  EPERM: 'run it as a user who may do that',
  EISDIR: 'name a file',
  ENOTDIR: 'name a folder',
  ENOSPC: 'free some space, then run it again',
  EROFS: 'name a folder that can be written',
  EMFILE: 'raise the limit with `ulimit -n`',
  EADDRINUSE: 'stop the other program or choose another port',
};
