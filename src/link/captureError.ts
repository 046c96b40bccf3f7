/** What stops a capture from being opened or written: the file, not its contents. Damage inside a capture is a `Fault`. */

import { Failure } from '../base/failure.ts';

export const captureErrorCodes = [
  'CAPTURE_MISSING',
  'CAPTURE_IS_DIRECTORY',
  'CAPTURE_UNREADABLE',
  'CAPTURE_EMPTY',
  'CAPTURE_IS_TEXT',
  'CAPTURE_UNKNOWN_FORMAT',
  'CAPTURE_UNSUPPORTED_FORMAT',
  'CAPTURE_UNSUPPORTED_VERSION',
  'CAPTURE_COMPRESSED',
  'CAPTURE_READ_FAILED',
  'CAPTURE_WRITE_FAILED',
] as const;
export type CaptureErrorCode = (typeof captureErrorCodes)[number];

export class CaptureError extends Failure {
  override readonly name = 'CaptureError';

  /**
   * @param what what happened, with the file's name in it, without a full stop
   */
  constructor(code: CaptureErrorCode, what: string, advice: string, options?: { cause?: unknown }) {
    super(code, what, advice, options);
  }
}

/** The error for a failed call of the operating system on `path`. */
export function captureErrorFrom(cause: unknown, path: string): CaptureError {
  const code = (cause as { code?: unknown } | undefined)?.code;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CaptureError('CAPTURE_MISSING', `no such file: ${path}`, 'check the path', { cause });
    case 'EISDIR':
      return new CaptureError('CAPTURE_IS_DIRECTORY', `${path} is a directory`, 'name the capture files in it', { cause });
    case 'EACCES':
    case 'EPERM':
      return new CaptureError('CAPTURE_UNREADABLE', `no permission to read ${path}`, 'change its permissions or run as its owner', {
        cause,
      });
    default:
      return new CaptureError('CAPTURE_READ_FAILED', `reading ${path} failed (${String(code ?? cause)})`, 'check the disk and try again', {
        cause,
      });
  }
}
