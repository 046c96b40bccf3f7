import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { totals } from '../../src/store/questions/facts.ts';
import { StoreServer } from '../../src/store/server.ts';
import { Store } from '../../src/store/store.ts';
import { StoreVisitor, type VisitorOptions } from '../../src/store/visitor.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

async function visitorOf(t: TestContext, options: VisitorOptions) {
  const folder = await temporaryFolder(t);
  await (await Store.open(folder)).close();
  const visitor = new StoreVisitor(folder, options);
  t.after(() => visitor.close());
  return { folder, visitor };
}

async function openWhenFree(folder: string): Promise<Store> {
  for (let tries = 0; ; tries++) {
    try {
      return await Store.open(folder);
    } catch (error) {
      if ((error as { code?: string }).code !== 'STORE_OPEN_HERE' || tries === 500) throw error;
      await sleep(20);
    }
  }
}

describe('a visitor of a store', () => {
  it('opens it once for questions that come at once, and does its work before the first answer', async (t) => {
    let held = 0;
    const { visitor } = await visitorOf(t, { onHold: async () => void held++ });
    const answers = await Promise.all(Array.from({ length: 8 }, () => visitor.ask(totals, {})));
    assert.deepEqual(
      answers.map(([row]) => row?.flows),
      Array.from({ length: 8 }, () => 0),
    );
    assert.equal(held, 1);
  });

  it('lets go when nobody asks any more, and comes back', async (t) => {
    let held = 0;
    const { folder, visitor } = await visitorOf(t, { idleMs: 0, onHold: async () => void held++ });
    await visitor.ask(totals, {});
    const other = await openWhenFree(folder);
    await other.close();
    await visitor.ask(totals, {});
    assert.equal(held, 2);
  });

  it('asks whoever holds the store, and leaves it to him', async (t) => {
    let held = 0;
    const { folder, visitor } = await visitorOf(t, { onHold: async () => void held++ });
    const holder = await Store.open(folder);
    const server = await StoreServer.listen(holder);
    assert.equal((await visitor.ask(totals, {}))[0]?.flows, 0);
    assert.equal(held, 0);
    await server.close();
    await holder.close();
    assert.equal((await visitor.ask(totals, {}))[0]?.flows, 0);
    assert.equal(held, 1);
  });

  it('fails for everybody who asked where the work fails that comes first, and tries again for the next', async (t) => {
    let times = 0;
    const onHold = async () => {
      if (times++ === 0) throw new Error('not now');
    };
    const { visitor } = await visitorOf(t, { onHold });
    await assert.rejects(visitor.ask(totals, {}), /not now/);
    assert.equal((await visitor.ask(totals, {}))[0]?.flows, 0);
  });

  it('says where there is no store', async (t) => {
    const visitor = new StoreVisitor(await temporaryFolder(t));
    t.after(() => visitor.close());
    await assert.rejects(visitor.ask(totals, {}), { code: 'STORE_MISSING' });
  });
});
