/** Interface Description Blocks of pcapng (draft-ietf-opsawg-pcapng §4.2): what an interface is called and how its clock ticks. */

import { Fault, malformed } from '../base/octets.ts';
import type { CaptureInterface } from './frameBlock.ts';
import { type TicksToTime, ticksPerSecondOf, ticksToTime } from './timeStamp.ts';

const option = { end: 0, name: 2, timeResolution: 9, timeOffset: 14 };
const optionsAt = 8;

export interface ReadInterface {
  readonly described: CaptureInterface;
  readonly toTime: TicksToTime;
  /** The interface is used all the same, with defaults for what could not be read. */
  readonly faults: readonly Fault[];
}

/**
 * `body`: the block without its type and lengths, at least 8 octets; nothing of it is kept.
 *
 * @param position of the body in the file, for faults
 */
export function readInterface(body: DataView, littleEndian: boolean, index: number, position: number): ReadInterface {
  const faults: Fault[] = [];
  let name: string | undefined;
  let ticksPerSecond = 1_000_000n;
  let offsetSeconds = 0n;
  for (let at = optionsAt; at + 4 <= body.byteLength; ) {
    const code = body.getUint16(at, littleEndian);
    if (code === option.end) break;
    const length = body.getUint16(at + 2, littleEndian);
    const valueAt = at + 4;
    if (valueAt + length > body.byteLength) {
      faults.push(new Fault('pcapng', 'overrun', position + valueAt, length, body.byteLength - valueAt, 'pcapng.blockLength'));
      break;
    }
    if (code === option.name)
      name = new TextDecoder().decode(new Uint8Array(body.buffer, body.byteOffset + valueAt, length)).replace(/\0+$/, '');
    else if (code === option.timeResolution && length >= 1) {
      const resolution = body.getUint8(valueAt);
      const ticks = ticksPerSecondOf(resolution);
      if (ticks === undefined) faults.push(malformed('pcapng', position + valueAt, `pcapng.if_tsresol 0x${resolution.toString(16)}`));
      else ticksPerSecond = ticks;
    } else if (code === option.timeOffset && length >= 8) offsetSeconds = body.getBigInt64(valueAt, littleEndian);
    // Values are padded to 32 bits; the four octets of code and length make every step advance.
    at = valueAt + length + (-length & 3);
  }
  const linkType = body.getUint16(0, littleEndian);
  const snapLength = body.getUint32(4, littleEndian);
  return {
    described: { index, linkType, name, snapLength, ticksPerSecond, offsetSeconds },
    toTime: ticksToTime(ticksPerSecond, offsetSeconds),
    faults,
  };
}
