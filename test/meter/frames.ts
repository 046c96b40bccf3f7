/** Frames for the tests of the meter, made by the encoders of `wire/`, and a sink that keeps what it is given. */

import assert from 'node:assert/strict';
import { type Address, parseAddress, parseMac } from '../../src/base/address.ts';
import { minute, parseTime } from '../../src/base/time.ts';
import { Meter, type MeterOptions } from '../../src/meter/meter.ts';
import { type ClockRecord, clockKind } from '../../src/record/clock.ts';
import { type FlowRecord, flowKind } from '../../src/record/flow.ts';
import { type BindingRecord, bindingKind, type NameRecord, type NetworkRecord, nameKind, networkKind } from '../../src/record/sighting.ts';
import { encodeEthernet } from '../../src/wire/ethernet.ts';
import { appendFrame } from '../../src/wire/frame.ts';
import { batchRows, HeaderBatch } from '../../src/wire/headerBatch.ts';
import { encodeIpv4 } from '../../src/wire/ipv4.ts';
import { encodeTcp, tcpFlag } from '../../src/wire/tcp.ts';
import { encodeUdp } from '../../src/wire/udp.ts';

export interface Frame {
  readonly atUs: number;
  readonly octets: Uint8Array;
  /** Of octets on the wire, where more than were captured. */
  readonly originalLength?: number;
  readonly interfaceIndex?: number;
  readonly linkType?: number;
}

export interface Machine {
  readonly mac: number;
  readonly address: Address;
}

export function machine(mac: string, address: string): Machine {
  const parsed = { mac: parseMac(mac), address: parseAddress(address) };
  assert.ok(parsed.mac !== undefined && parsed.address !== undefined);
  return { mac: parsed.mac, address: parsed.address };
}

export const client = machine('02:00:00:00:00:01', '192.168.0.10');
export const server = machine('02:00:00:00:00:02', '203.0.113.5');
/** The start of a UTC minute. */
export const start = parseTime('2021-01-10T09:00:00Z') as number;

export const word = (address: Address) => Number(address & 0xffff_ffffn);

let identification = 0;
/** A running number, as most hosts put it into their packets; tests that need a certain one say so. */
const nextIdentification = () => {
  identification = (identification % 0xffff) + 1;
  return identification;
};

export interface Ipv4Extras {
  readonly identification?: number;
  readonly vlans?: readonly number[];
  readonly timeToLive?: number;
  readonly interfaceIndex?: number;
}

export function ipv4(atUs: number, from: Machine, to: Machine, protocol: number, payload: Uint8Array, extras: Ipv4Extras = {}): Frame {
  const packet = encodeIpv4(
    {
      source: word(from.address),
      destination: word(to.address),
      protocol,
      identification: extras.identification ?? nextIdentification(),
      timeToLive: extras.timeToLive ?? 64,
    },
    payload,
  );
  return ethernet(atUs, from, to, 0x0800, packet, extras);
}

export function ethernet(
  atUs: number,
  from: Pick<Machine, 'mac'>,
  to: Pick<Machine, 'mac'>,
  etherType: number,
  payload: Uint8Array,
  extras: Pick<Ipv4Extras, 'vlans' | 'interfaceIndex'> = {},
): Frame {
  const octets = encodeEthernet(
    { destinationMac: to.mac, sourceMac: from.mac, etherType, ...(extras.vlans ? { vlans: extras.vlans } : {}) },
    payload,
  );
  return { atUs, octets, ...(extras.interfaceIndex === undefined ? {} : { interfaceIndex: extras.interfaceIndex }) };
}

export function udp(
  atUs: number,
  from: Machine,
  to: Machine,
  sourcePort: number,
  destinationPort: number,
  data: Uint8Array = new Uint8Array(0),
  extras: Ipv4Extras = {},
): Frame {
  const fields = { source: from.address, destination: to.address, sourcePort, destinationPort };
  return ipv4(atUs, from, to, 17, encodeUdp(fields, data), extras);
}

export interface TcpExtras extends Ipv4Extras {
  readonly sequence?: number;
  readonly data?: Uint8Array;
}

export function tcp(
  atUs: number,
  from: Machine,
  to: Machine,
  ports: readonly [number, number],
  flags: number,
  extras: TcpExtras = {},
): Frame {
  const fields = {
    source: from.address,
    destination: to.address,
    sourcePort: ports[0],
    destinationPort: ports[1],
    sequence: extras.sequence ?? 1,
    acknowledgement: 1,
    flags,
  };
  return ipv4(atUs, from, to, 6, encodeTcp(fields, extras.data ?? new Uint8Array(0)), extras);
}

export const flags = {
  syn: tcpFlag.syn,
  synAck: tcpFlag.syn | tcpFlag.ack,
  ack: tcpFlag.ack,
  fin: tcpFlag.fin | tcpFlag.ack,
  rst: tcpFlag.rst,
};

/** Everything that a meter handed over, each record held to its schema. */
export class Kept {
  readonly flows: FlowRecord[] = [];
  readonly names: NameRecord[] = [];
  readonly bindings: BindingRecord[] = [];
  readonly networks: NetworkRecord[] = [];
  readonly clocks: ClockRecord[] = [];

  flow(record: FlowRecord): void {
    this.flows.push(flowKind.schema.parse(record));
  }
  name(record: NameRecord): void {
    this.names.push(nameKind.schema.parse(record));
  }
  binding(record: BindingRecord): void {
    this.bindings.push(bindingKind.schema.parse(record));
  }
  clock(record: ClockRecord): void {
    this.clocks.push(clockKind.schema.parse(record));
  }
  network(record: NetworkRecord): void {
    this.networks.push(networkKind.schema.parse(record));
  }

  get onlyFlow(): FlowRecord {
    assert.equal(this.flows.length, 1, `one flow record was expected, not ${this.flows.length}`);
    return this.flows[0] as FlowRecord;
  }
}

/** One batch over a buffer of its own; at most `batchRows` frames. */
export function batchOf(frames: readonly Frame[], firstFrameNumber = 1): HeaderBatch {
  assert.ok(frames.length <= batchRows);
  const batch = new HeaderBatch();
  batch.octets = new Uint8Array(frames.reduce((total, { octets }) => total + octets.length, 0));
  let at = 0;
  for (const [i, { atUs, octets, originalLength = octets.length, interfaceIndex = 0, linkType = 1 }] of frames.entries()) {
    batch.octets.set(octets, at);
    appendFrame(batch, linkType, at, at + octets.length, originalLength, atUs, firstFrameNumber + i, interfaceIndex);
    at += octets.length;
  }
  return batch;
}

export interface Metered {
  readonly meter: Meter;
  readonly kept: Kept;
}

/** `cuts`: how many frames each batch holds, in turn. */
export function feed(meter: Meter, frames: readonly Frame[], cuts: readonly number[] = [batchRows]): void {
  for (let at = 0, turn = 0; at < frames.length; turn++) {
    const length = cuts[turn % cuts.length] as number;
    meter.consume(batchOf(frames.slice(at, at + length), at + 1));
    at += length;
  }
}

/** Meters all frames to the end; asserts that the books balance. */
export function meterAll(frames: readonly Frame[], options: Partial<MeterOptions> = {}, cuts?: readonly number[]): Metered {
  const kept = new Kept();
  const meter = new Meter({ capture: 'test', maxFlows: 4096, ...options }, kept);
  feed(meter, frames, cuts);
  assertBalanced(meter);
  meter.finish();
  assertBalanced(meter);
  assert.equal(meter.counters.held, 0);
  assert.equal(
    meter.counters.out,
    kept.flows.reduce((sum, flow) => sum + flow.sourcePackets + flow.destinationPackets, 0),
  );
  return { meter, kept };
}

export function assertBalanced({ counters }: Meter): void {
  const refused = Object.values(counters.refused).reduce((sum, n) => sum + n, 0);
  assert.equal(counters.in, counters.out + counters.held + refused);
}

export const minutes = (n: number) => start + n * minute;
