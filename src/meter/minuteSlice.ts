/** What one slice of the flow table becomes when it is handed over: a flow record. Strings and bigints are made only here. */

import { minute } from '../base/time.ts';
import type { FlowRecord } from '../record/flow.ts';
import { applicationNamed } from './application.ts';
import { fieldsOfKey, keyAt } from './flowKey.ts';
import type { SecondLists } from './secondCounts.ts';
import type { ServerName } from './serverName.ts';
import { outDouble, outWord } from './sliceRecord.ts';

const tcp = 6;

/** A slice on its way out. Its words are borrowed: valid until the sink returns. */
export interface SliceView {
  /** Words as `outWord` says; those of the slice begin at `at`. Who began has been settled in them. */
  readonly words: Int32Array;
  /** The same memory as 64-bit words; those of the slice begin at `at / 2`. */
  readonly doubles: Float64Array;
  readonly at: number;
  readonly seconds: SecondLists;
  readonly serverName: ServerName | undefined;
  /** 1: the high end began. What the words say, unless given. */
  readonly highBegan?: number;
  /** The copy that was handed over before, whose place this one takes: how many packets it had, and which end it said began. */
  readonly replaced: { readonly packets: number; readonly highBegan: number } | undefined;
}

export function flowRecordOf(capture: string, view: SliceView): FlowRecord {
  const { words, doubles, at, seconds, serverName } = view;
  const word = (index: number) => words[at + index] as number;
  const double = (index: number) => doubles[at / 2 + index] as number;
  const high = view.highBegan ?? word(outWord.highBegan);
  const low = 1 - high;
  const fields = fieldsOfKey(words, at, high === 1);
  const isTcp = fields.protocol === tcp;
  return {
    capture,
    minute: word(keyAt.minute) * minute,
    ...fields,
    begunBy: word(outWord.bySyn) === 1 ? 'syn' : 'first-packet',
    firstAt: double(outDouble.firstAt),
    lastAt: double(outDouble.lastAt),
    sourcePackets: word(outWord.lowPackets + high),
    sourceOctets: double(outDouble.lowOctets + high),
    destinationPackets: word(outWord.lowPackets + low),
    destinationOctets: double(outDouble.lowOctets + low),
    sourceTcpFlags: isTcp ? (word(outWord.tcpFlags) >>> (8 * high)) & 0xff : null,
    destinationTcpFlags: isTcp ? (word(outWord.tcpFlags) >>> (8 * low)) & 0xff : null,
    application: applicationNamed(word(outWord.application)),
    serverName: serverName?.name ?? null,
    serverNameEvidence: serverName?.evidence ?? null,
    seconds: seconds.seconds,
    sourcePacketsBySecond: high ? seconds.highPackets : seconds.lowPackets,
    sourceOctetsBySecond: high ? seconds.highOctets : seconds.lowOctets,
    destinationPacketsBySecond: high ? seconds.lowPackets : seconds.highPackets,
    destinationOctetsBySecond: high ? seconds.lowOctets : seconds.highOctets,
    faults: word(outWord.faults) >>> 0,
  };
}
