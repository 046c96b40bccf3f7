import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FlowKey, fieldsOfKey, portKind } from '../../src/meter/flowKey.ts';
import { FlowTable, noSlice } from '../../src/meter/flowTable.ts';
import { hashKeyFrom } from '../../src/meter/keyedHash.ts';
import { countWord, sliceWords } from '../../src/meter/sliceRecord.ts';
import { encodeIpv6 } from '../../src/wire/ipv6.ts';
import { encodeUdp } from '../../src/wire/udp.ts';
import { batchOf, client, ethernet, machine, server, start, udp } from './frames.ts';

/** A key for each port. */
function keyOf(port: number, minute = 1, reversed = false): FlowKey {
  const key = new FlowKey(hashKeyFrom('test'));
  const frame = reversed ? udp(start, server, client, 9, port) : udp(start, client, server, port, 9);
  const batch = batchOf([frame]);
  key.fill(batch, 0, minute, portKind.ports, batch.sourcePort[0] as number, batch.destinationPort[0] as number);
  return key;
}

describe('the flow table', () => {
  it('finds a slice by both directions of its key, and by no other minute', () => {
    const table = new FlowTable(10);
    const id = table.insert(keyOf(1), start);
    assert.equal(table.find(keyOf(1)), id);
    assert.equal(table.find(keyOf(1, 1, true)), id);
    assert.equal(table.find(keyOf(1, 2)), noSlice);
    assert.equal(table.find(keyOf(2)), noSlice);
    assert.notEqual(keyOf(1).reversed, keyOf(1, 1, true).reversed);
  });
  it('keeps what it holds while it grows, and uses records again', () => {
    const table = new FlowTable(1000);
    const ids = Array.from({ length: 1000 }, (_, i) => table.insert(keyOf(i + 1), start + i));
    assert.equal(table.hasRoom, false);
    for (const [i, id] of ids.entries()) assert.equal(table.find(keyOf(i + 1)), id);
    table.count(ids[5] as number, 1, 60, 0x10, 7);
    table.close(ids[5] as number);
    assert.equal(table.find(keyOf(6)), noSlice);
    assert.equal(table.hasRoom, false);
    table.release(ids[5] as number);
    assert.equal(table.hasRoom, true);
    const again = table.insert(keyOf(6, 2), start);
    assert.deepEqual([table.getCount(again, countWord.highPackets), table.getCount(again, countWord.tcpFlags)], [0, 0]);
    for (const [i, id] of ids.entries()) if (i !== 5) assert.equal(table.find(keyOf(i + 1)), id);
  });
  it('tells IPv6 addresses apart that end alike, by hash', () => {
    const keys = ['2001:db8::1', '2001:db8:7::1'].map((address) => {
      const [from, to] = [machine('02:00:00:00:00:01', address), machine('02:00:00:00:00:02', '2001:db8:9::2')];
      const fields = { source: from.address, destination: to.address };
      const datagram = encodeUdp({ ...fields, sourcePort: 1, destinationPort: 9 }, new Uint8Array(4));
      const batch = batchOf([ethernet(start, from, to, 0x86dd, encodeIpv6({ ...fields, nextHeader: 17 }, datagram))]);
      const key = new FlowKey(hashKeyFrom('test'));
      key.fill(batch, 0, 1, portKind.ports, 1, 9);
      return key;
    });
    const table = new FlowTable(10);
    const ids = keys.map((key) => table.insert(key, start));
    assert.notEqual(keys[0]?.hash, keys[1]?.hash);
    for (const [i, key] of keys.entries()) assert.equal(table.find(key), ids[i]);
  });
  it('gives the key back as it was, seen from either end', () => {
    const table = new FlowTable(1);
    const id = table.insert(keyOf(1234), start);
    const fromLow = fieldsOfKey(table.words, id * sliceWords, false);
    const fromHigh = fieldsOfKey(table.words, id * sliceWords, true);
    assert.deepEqual([fromLow.sourceAddress, fromLow.sourcePort, fromLow.sourceMac], [client.address, 1234, client.mac]);
    assert.deepEqual([fromHigh.sourceAddress, fromHigh.sourcePort, fromHigh.destinationPort], [server.address, 9, 1234]);
  });
});
