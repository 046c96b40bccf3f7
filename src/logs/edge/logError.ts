/** What keeps a log file from being read at all. Damage inside of it is a `Fault` instead, and never thrown. */

import { Failure } from '../../base/failure.ts';

export const logErrorCodes = [
  'LOG_MISSING',
  'LOG_IS_DIRECTORY',
  'LOG_UNREADABLE',
  'LOG_EMPTY',
  'LOG_NOT_A_LOG',
  'LOG_LEGACY_EVT',
  'LOG_BAD_ZONE',
  'LOG_BAD_ENCODING',
] as const;
export type LogErrorCode = (typeof logErrorCodes)[number];

export class LogError extends Failure {
  override readonly name = 'LogError';

  /**
   * @param what what happened, with the file's name in it, without a full stop
   */
  constructor(code: LogErrorCode, what: string, advice: string, options?: { cause?: unknown }) {
    super(code, what, advice, options);
  }
}

/** The error for a failed call of the operating system on `path`. */
export function logErrorFrom(cause: unknown, path: string): LogError {
  const code = (cause as { code?: unknown } | undefined)?.code;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new LogError('LOG_MISSING', `no such file: ${path}`, 'check the path', { cause });
    case 'EISDIR':
      return new LogError('LOG_IS_DIRECTORY', `${path} is a directory`, 'name the log files in it', { cause });
    case 'EACCES':
    case 'EPERM':
      return new LogError('LOG_UNREADABLE', `no permission to read ${path}`, 'change its permissions or run as its owner', { cause });
    default:
      return new LogError('LOG_UNREADABLE', `reading ${path} failed (${String(code ?? cause)})`, 'check the disk and try again', { cause });
  }
}
