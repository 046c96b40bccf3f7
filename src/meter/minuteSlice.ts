/** What one slice of the flow table becomes when it is handed over: a flow record. Strings and bigints are made only here. */

import { minute } from '../base/time.ts';
import type { FlowRecord } from '../record/flow.ts';
import { applicationNamed } from './application.ts';
import type { Beginning } from './conversation.ts';
import { fieldsOfKey, keyAt } from './flowKey.ts';
import { type FlowTable, sliceDouble, sliceWord, sliceWords } from './flowTable.ts';
import type { SecondCounts } from './secondCounts.ts';
import type { ServerName } from './serverName.ts';

const tcp = 6;

/** The cells of its seconds go back to their pool; the slice itself stays in the table. */
export function takeFlowRecord(
  capture: string,
  table: FlowTable,
  id: number,
  seconds: SecondCounts,
  began: Beginning,
  serverName: ServerName | undefined,
): FlowRecord {
  const high = began.side;
  const low = 1 - high;
  const at = id * sliceWords;
  const fields = fieldsOfKey(table.words, at, high === 1);
  const lists = seconds.take(table.get(id, sliceWord.cell));
  const isTcp = fields.protocol === tcp;
  return {
    capture,
    minute: (table.words[at + keyAt.minute] as number) * minute,
    ...fields,
    begunBy: began.bySyn ? 'syn' : 'first-packet',
    firstAt: table.getDouble(id, sliceDouble.firstAt),
    lastAt: table.getDouble(id, sliceDouble.lastAt),
    sourcePackets: table.get(id, sliceWord.lowPackets + high),
    sourceOctets: table.getDouble(id, sliceDouble.lowOctets + high),
    destinationPackets: table.get(id, sliceWord.lowPackets + low),
    destinationOctets: table.getDouble(id, sliceDouble.lowOctets + low),
    sourceTcpFlags: isTcp ? table.get(id, sliceWord.lowTcpFlags + high) : null,
    destinationTcpFlags: isTcp ? table.get(id, sliceWord.lowTcpFlags + low) : null,
    application: applicationNamed(table.get(id, sliceWord.application) || began.application),
    serverName: serverName?.name ?? null,
    serverNameEvidence: serverName?.evidence ?? null,
    seconds: lists.seconds,
    sourcePacketsBySecond: high ? lists.highPackets : lists.lowPackets,
    sourceOctetsBySecond: high ? lists.highOctets : lists.lowOctets,
    destinationPacketsBySecond: high ? lists.lowPackets : lists.highPackets,
    destinationOctetsBySecond: high ? lists.lowOctets : lists.highOctets,
    faults: table.get(id, sliceWord.faults) >>> 0,
  };
}
