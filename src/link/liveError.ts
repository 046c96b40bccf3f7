/** What stops an interface from being captured: the machine, never what is on the wire. */

import { getSystemErrorMap } from 'node:util';
import { Failure } from '../base/failure.ts';

export const liveErrorCodes = [
  'INTERFACE_MISSING',
  'INTERFACE_DOWN',
  'INTERFACE_UNSUPPORTED',
  'CAPTURE_NOT_PERMITTED',
  'CAPTURE_FILTER_WRONG',
  'CAPTURE_PACKAGE_MISSING',
  'CAPTURE_SOURCE_FAILED',
] as const;
export type LiveErrorCode = (typeof liveErrorCodes)[number];

export class LiveError extends Failure {
  override readonly name = 'LiveError';

  /**
   * @param what what happened, with the name of the interface in it, without a full stop
   */
  constructor(code: LiveErrorCode, what: string, advice: string, options?: { cause?: unknown }) {
    super(code, what, advice, options);
  }
}

export function missingInterface(name: string): LiveError {
  return new LiveError('INTERFACE_MISSING', `there is no interface ${name}`, '`ip link` lists those that there are');
}

/** The error for a failed system call. */
export function liveErrorFrom(call: string, errno: number, interfaceName: string): LiveError {
  const [code, words] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'unknown error'];
  if (code === 'EPERM' || code === 'EACCES') {
    const advice = 'run it as root, or give it CAP_NET_RAW and CAP_NET_ADMIN';
    return new LiveError('CAPTURE_NOT_PERMITTED', `no permission to capture on ${interfaceName} (${call}: ${code})`, advice);
  }
  if (code === 'ENODEV' || code === 'ENXIO') return missingInterface(interfaceName);
  const advice = code === 'ENOMEM' ? 'set a smaller capture.ringMiB or free memory' : 'set capture.source to libpcap, or report it';
  return new LiveError('CAPTURE_SOURCE_FAILED', `capturing on ${interfaceName} failed (${call}: ${code}, ${words})`, advice);
}
