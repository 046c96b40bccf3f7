/** Which of the live sources captures an interface. */

import { CapSource } from './capSource.ts';
import { LiveError } from './liveError.ts';
import type { LiveOptions, LiveSource } from './liveSource.ts';
import { RingSource } from './ringSource.ts';

/**
 * `auto` takes the ring, and libpcap only where there can be no ring. Throws a `LiveError` when the interface cannot be captured, before any
 * frame was taken.
 */
export function openLiveSource(options: LiveOptions): LiveSource {
  switch (options.source) {
    case 'ring':
      return RingSource.open(options, 'it was asked for');
    case 'libpcap':
      return CapSource.open(options, 'it was asked for');
    case 'auto':
      return openFastest(options);
    default:
      return options.source satisfies never;
  }
}

function openFastest(options: LiveOptions): LiveSource {
  try {
    return RingSource.open(options, 'it is the fastest that works here');
  } catch (noRing) {
    if (!(noRing instanceof LiveError) || (noRing.code !== 'CAPTURE_PACKAGE_MISSING' && noRing.code !== 'CAPTURE_SOURCE_FAILED'))
      throw noRing;
    try {
      return CapSource.open(options, `the ring is not to be had: ${noRing.message}`);
    } catch (noCap) {
      if (!(noCap instanceof LiveError) || noCap.code !== 'CAPTURE_PACKAGE_MISSING') throw noCap;
      const what = `no way to capture on ${options.interface}: ${noRing.message}; ${noCap.message}`;
      throw new LiveError('CAPTURE_PACKAGE_MISSING', what, 'run `npm install koffi`', { cause: noRing });
    }
  }
}
