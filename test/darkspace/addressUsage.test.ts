import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AddressUsage } from '../../src/darkspace/addressUsage.ts';
import { askerMac, dark, ownerMac, start } from './frames.ts';

const day = 86_400_000_000;
const hour = 3_600_000_000;
const usage = (mostAddresses = 10) => new AddressUsage({ memoryUs: 30 * day, mostAddresses });

describe('the address-usage inventory', () => {
  it('tells who used an address, until the memory ends', () => {
    const inventory = usage();
    assert.equal(inventory.note(dark, ownerMac, 'ndp', start), 'new');
    assert.equal(inventory.note(dark, ownerMac, 'packet', start + day), 'known');
    assert.equal(inventory.ownerAt(dark, start + 31 * day - 1)?.mac, ownerMac);
    assert.equal(inventory.ownerAt(dark, start + 31 * day), undefined);
    assert.equal(inventory.ownerAt(dark + 1n, start), undefined);
  });
  it('writes a stretch when an address is new, then hourly, and at the end', () => {
    const inventory = usage();
    inventory.note(dark, ownerMac, 'ndp', start);
    inventory.note(dark, ownerMac, 'packet', start + 5);
    assert.deepEqual(inventory.takeSpans(9), [
      { address: dark, mac: ownerMac, firstAt: start, lastAt: start + 5, evidence: ['packet', 'ndp'], frames: 2 },
    ]);
    inventory.note(dark, ownerMac, 'packet', start + 10);
    assert.deepEqual(inventory.takeSpans(9), []);
    inventory.note(dark, ownerMac, 'packet', start + hour + 10);
    assert.deepEqual(
      inventory.takeSpans(9).map(({ firstAt, lastAt, frames }) => [firstAt - start, lastAt - start, frames]),
      [[10, hour + 10, 2]],
    );
    inventory.note(dark, ownerMac, 'arp', start + hour + 20);
    assert.deepEqual(inventory.takeSpans(9, true).length, 1);
    assert.deepEqual(inventory.takeSpans(9, true), []);
  });
  it('closes the stretch of a device when another takes its address', () => {
    const inventory = usage();
    inventory.note(dark, ownerMac, 'ndp', start);
    assert.equal(inventory.note(dark, askerMac, 'ndp', start + 1), 'moved');
    assert.deepEqual(
      inventory.takeSpans(9).map(({ mac }) => mac),
      [ownerMac, askerMac],
    );
  });
  it('hands out no more than it is asked for, and the rest next time', () => {
    const inventory = usage();
    for (let n = 0n; n < 5n; n++) inventory.note(dark + n, ownerMac, 'ndp', start);
    assert.deepEqual([inventory.takeSpans(3).length, inventory.takeSpans(3).length, inventory.takeSpans(3).length], [3, 2, 0]);
  });
  it('keeps no more than it may, counts what found no room, and says that it is incomplete', () => {
    const inventory = usage(2);
    for (let n = 0n; n < 5n; n++) inventory.note(dark + n, ownerMac, 'ndp', start);
    assert.deepEqual([inventory.size, inventory.refused, inventory.isComplete(start)], [2, 3, false]);
    assert.equal(inventory.isComplete(start + 30 * day), true);
  });
  it('forgets the oldest to make room, and is complete again a memory later', () => {
    const inventory = usage(1);
    inventory.note(dark, ownerMac, 'ndp', start);
    inventory.note(dark + 1n, ownerMac, 'ndp', start + 31 * day);
    assert.deepEqual([inventory.size, inventory.refused, inventory.isComplete(start + 31 * day)], [1, 0, true]);
  });
  it('takes over what an earlier run knew without writing it again', () => {
    const inventory = usage();
    inventory.remember(dark, ownerMac, start);
    assert.deepEqual(inventory.takeSpans(9, true), []);
    assert.equal(inventory.ownerAt(dark, start + day)?.mac, ownerMac);
    inventory.note(dark, ownerMac, 'packet', start + 2 * hour);
    assert.equal(inventory.takeSpans(9).length, 1);
  });
  it('does not grow younger when the clock steps back', () => {
    const inventory = usage();
    inventory.note(dark, ownerMac, 'ndp', start + day);
    inventory.note(dark, ownerMac, 'ndp', start);
    assert.equal(inventory.ownerAt(dark, start)?.lastAt, start + day);
  });
});
