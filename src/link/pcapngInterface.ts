/** Interface Description Blocks of pcapng (draft-ietf-opsawg-pcapng §4.2): what an interface is called and how its clock ticks. */

import { Fault, malformed } from '../base/octets.ts';
import type { CaptureInterface, InterfaceStatistics } from './frameBlock.ts';
import { type TicksToTime, ticksPerSecondOf, ticksToPicoseconds, ticksToTime } from './timeStamp.ts';

const option = { end: 0, name: 2, timeResolution: 9, timeOffset: 14 };
const optionsAt = 8;

export interface ReadInterface {
  readonly described: CaptureInterface;
  readonly toTime: TicksToTime;
  readonly toPicoseconds: ReturnType<typeof ticksToPicoseconds>;
  /** The interface is used all the same, with defaults for what could not be read. */
  readonly faults: readonly Fault[];
}

/** Visits the options from `at` on; the fault where one runs past the end of the block, after those before it. */
function eachOption(
  body: DataView,
  at: number,
  littleEndian: boolean,
  position: number,
  visit: (code: number, valueAt: number, length: number) => void,
): Fault | undefined {
  for (let next = at; next + 4 <= body.byteLength; ) {
    const code = body.getUint16(next, littleEndian);
    if (code === option.end) return undefined;
    const length = body.getUint16(next + 2, littleEndian);
    const valueAt = next + 4;
    if (valueAt + length > body.byteLength)
      return new Fault('pcapng', 'overrun', position + valueAt, length, body.byteLength - valueAt, 'pcapng.blockLength');
    visit(code, valueAt, length);
    // Values are padded to 32 bits; the four octets of code and length make every step advance.
    next = valueAt + length + (-length & 3);
  }
  return undefined;
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
  const overrun = eachOption(body, optionsAt, littleEndian, position, (code, valueAt, length) => {
    if (code === option.name)
      name = new TextDecoder().decode(new Uint8Array(body.buffer, body.byteOffset + valueAt, length)).replace(/\0+$/, '');
    else if (code === option.timeResolution && length >= 1) {
      const resolution = body.getUint8(valueAt);
      const ticks = ticksPerSecondOf(resolution);
      if (ticks === undefined) faults.push(malformed('pcapng', position + valueAt, `pcapng.if_tsresol 0x${resolution.toString(16)}`));
      else ticksPerSecond = ticks;
    } else if (code === option.timeOffset && length >= 8) offsetSeconds = body.getBigInt64(valueAt, littleEndian);
  });
  if (overrun) faults.push(overrun);
  const linkType = body.getUint16(0, littleEndian);
  const snapLength = body.getUint32(4, littleEndian);
  return {
    described: { index, linkType, name, snapLength, ticksPerSecond, offsetSeconds },
    toTime: ticksToTime(ticksPerSecond, offsetSeconds),
    toPicoseconds: ticksToPicoseconds(ticksPerSecond),
    faults,
  };
}

const statisticsOption = { received: 4, droppedByInterface: 5, droppedBySystem: 7 };
const statisticsOptionsAt = 12;

/**
 * Interface Statistics Block (§4.6): how many packets the interface and the system dropped before they could be written (isb_ifdrop,
 * isb_osdrop), counted from the start of the capture.
 */
export function readStatistics(
  body: DataView,
  littleEndian: boolean,
  position: number,
): { readonly statistics: InterfaceStatistics; readonly fault: Fault | undefined } {
  const counts = { received: undefined as number | undefined, droppedByInterface: 0, droppedBySystem: 0 };
  const fault = eachOption(body, statisticsOptionsAt, littleEndian, position, (code, valueAt, length) => {
    if (length < 8) return;
    // All ones and the like are no counts; a record holds whole numbers up to 2^53.
    const value = Math.min(Number(body.getBigUint64(valueAt, littleEndian)), Number.MAX_SAFE_INTEGER);
    if (code === statisticsOption.received) counts.received = value;
    else if (code === statisticsOption.droppedByInterface) counts.droppedByInterface = value;
    else if (code === statisticsOption.droppedBySystem) counts.droppedBySystem = value;
  });
  return { statistics: counts, fault };
}
