/** The key of the slice of any packet: later fragments take the ports of their first one, where it is known. */

import { type Microseconds, minute as minuteUs } from '../base/time.ts';
import { type HeaderBatch, layer } from '../wire/headerBatch.ts';
import { FlowKey, portKind } from './flowKey.ts';
import { FragmentTable } from './fragmentTable.ts';
import type { HashKey } from './keyedHash.ts';

export class PacketKeys {
  /** Of the row that was read last. */
  readonly key: FlowKey;
  private readonly fragments: FragmentTable;

  constructor(hashKey: HashKey) {
    this.key = new FlowKey(hashKey);
    this.fragments = new FragmentTable(hashKey);
  }

  /** First fragments that were forgotten before their time. */
  get forgotten(): number {
    return this.fragments.forgotten;
  }

  read(batch: HeaderBatch, row: number, atUs: Microseconds): void {
    const { key, fragments } = this;
    const layers = batch.layers[row] as number;
    let kind: number = portKind.none;
    let sourcePort = batch.sourcePort[row] as number;
    let destinationPort = batch.destinationPort[row] as number;
    if (layers & (layer.tcp | layer.udp)) kind = portKind.ports;
    else if (layers & (layer.icmp | layer.icmpv6)) kind = portKind.icmp;
    if (batch.laterFragment[row] === 1) {
      if (fragments.find(batch, row, atUs)) {
        kind = fragments.portKind;
        sourcePort = fragments.sourcePort;
        destinationPort = fragments.destinationPort;
      }
    } else if (batch.isFragment[row] === 1 && kind !== portKind.none) {
      fragments.remember(batch, row, atUs, kind, sourcePort, destinationPort);
    }
    key.fill(batch, row, Math.floor(atUs / minuteUs), kind, sourcePort, destinationPort);
  }
}
