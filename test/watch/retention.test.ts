import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claimKind, darkKind, visibilityKind } from '../../src/record/dark.ts';
import { usageKind } from '../../src/record/usage.ts';
import { allOf } from '../../src/store/question.ts';
import { Store } from '../../src/store/store.ts';
import { forgetDark } from '../../src/watch/retention.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const day = 86_400_000_000;
const now = 1000 * day;
const named = { sensor: 'box1', interface: 'svc0' };
const dark = (claimedAt: number, slice: number, to: number) => ({
  ...named,
  mode: 'answer' as const,
  askerMac: 0x0200_0000_0001,
  askerAddress: 1n << 100n,
  target: 2n << 100n,
  solicitedAt: claimedAt,
  probesAt: [claimedAt],
  claimedAt,
  toldAt: claimedAt,
  slice,
  from: claimedAt,
  to,
  solicitations: 1,
  packets: 0,
  octets: 0,
  firstAt: null,
  lastAt: null,
  services: [],
  payload: null,
  evidence: null,
  ended: null,
});

describe('what is older than it is to be kept', () => {
  it('is deleted: contacts as a whole, the inventory only when no address in it counts as used', async (t) => {
    const store = await Store.open(await temporaryFolder(t));
    const claim = {
      ...named,
      mode: 'answer' as const,
      target: 5n,
      from: 'dark' as const,
      to: 'held' as const,
      because: 'x',
      mac: null,
      solicitedAt: 1,
      probesAt: [],
    };
    const seen = { ...named, verdict: 'sees' as const, asked: 1, shown: 1, because: 'x' };
    const used = { ...named, mac: 0x0200_0000_0002, evidence: ['arp' as const], frames: 1 };
    for (const age of [5, 15, 35]) {
      store.append(claimKind, { ...claim, at: now - age * day });
      store.append(visibilityKind, { ...seen, at: now - age * day });
      store.append(usageKind, { ...used, address: BigInt(age), firstAt: now - age * day, lastAt: now - age * day });
    }
    // One that lasted, one that is long over, one that is new.
    for (const [claimedAt, slice, to] of [
      [now - 20 * day, 0, now - 20 * day],
      [now - 20 * day, 1, now - 9 * day],
      [now - 30 * day, 0, now - 11 * day],
      [now - day, 0, now - day],
    ] as const)
      store.append(darkKind, dark(claimedAt, slice, to));
    await store.commit();
    await store.commit(forgetDark({ darkUs: 10 * day, ownerMemoryUs: 30 * day }, now));
    const left = await Promise.all(
      [claimKind, visibilityKind, usageKind].map(async (kind) => (await store.ask(allOf(kind as never), {})).length),
    );
    assert.deepEqual(left, [1, 1, 2]);
    const contacts = (await store.ask(allOf(darkKind), {})).map(({ claimedAt, slice }) => [(now - claimedAt) / day, slice]);
    assert.deepEqual(contacts.toSorted(), [
      [1, 0],
      [20, 0],
      [20, 1],
    ]);
    await store.close();
  });
});
