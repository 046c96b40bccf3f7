import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdir, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../src/base/failure.ts';
import { flowKind } from '../../src/record/flow.ts';
import { reachStore } from '../../src/store/access.ts';
import { StoreClient } from '../../src/store/client.ts';
import { flowsOfDevice, totals } from '../../src/store/questions/facts.ts';
import { type Order, StoreServer } from '../../src/store/server.ts';
import { socketFile } from '../../src/store/socketPath.ts';
import { Store } from '../../src/store/store.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { sampleFlow } from './sampleFlow.ts';

async function holder(t: TestContext, folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./holder.js', import.meta.url)), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data');
  assert.equal(String(line), 'holding\n');
  return child;
}

async function serving(t: TestContext, folder: string, flows: number): Promise<Store> {
  const store = await Store.open(folder);
  for (let i = 0; i < flows; i++) store.append(flowKind, sampleFlow({ sourcePort: i }));
  await store.commit();
  const server = await StoreServer.listen(store);
  t.after(async () => {
    await server.close();
    await store.close();
  });
  return store;
}

const flowsOf = (flow = sampleFlow()) => ({ mac: flow.sourceMac as number, from: flow.minute, to: flow.minute + 1 });

describe('asking a store that another process holds', () => {
  it('goes through its socket', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await Store.open(folder);
    store.append(flowKind, sampleFlow());
    await store.commit();
    await store.close();
    await holder(t, folder);
    const reached = await reachStore(folder);
    assert.equal(reached.kind, 'asker');
    if (reached.kind !== 'asker') return;
    assert.deepEqual(await reached.client.ask(flowsOfDevice, flowsOf()), [sampleFlow()]);
    await reached.client.close();
  });

  it('is not kept waiting by a socket that a killed holder left behind', async (t) => {
    const folder = await temporaryFolder(t);
    const child = await holder(t, folder);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok((await stat(join(folder, socketFile))).isSocket());
    const reached = await reachStore(folder);
    assert.equal(reached.kind, 'holder');
    if (reached.kind === 'holder') await reached.store.close();
  });

  it('names the holder when a writer has waited in vain', async (t) => {
    const folder = await temporaryFolder(t);
    const child = await holder(t, folder);
    await assert.rejects(Store.open(folder, { waitMs: 300 }), (error: Error & { code: string }) => {
      assert.equal(error.code, 'STORE_HELD');
      assert.match(error.message, new RegExp(`PID ${child.pid}`));
      return true;
    });
  });

  it('says so where there is no store at all', async (t) => {
    await assert.rejects(reachStore(await temporaryFolder(t)), { code: 'STORE_MISSING' });
  });
});

describe('the socket of the store', () => {
  it('gives the same answer as the store itself, over many lines', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await serving(t, folder, 2500);
    const client = (await StoreClient.connect(folder)) as StoreClient;
    const [here, there] = await Promise.all([store.ask(flowsOfDevice, flowsOf()), client.ask(flowsOfDevice, flowsOf())]);
    assert.equal(there.length, 2500);
    assert.deepEqual(there, here);
    await client.close();
  });

  it('is open to its owner only', async (t) => {
    const folder = await temporaryFolder(t);
    await serving(t, folder, 0);
    assert.equal((await stat(join(folder, socketFile))).mode & 0o777, 0o600);
  });

  it('works in a folder whose path does not fit into a socket address', async (t) => {
    const folder = join(await temporaryFolder(t), 'd'.repeat(100), 'e'.repeat(100));
    await mkdir(folder, { recursive: true });
    await serving(t, folder, 1);
    const client = (await StoreClient.connect(folder)) as StoreClient;
    assert.equal((await client.ask(totals, {}))[0]?.flows, 1);
    await client.close();
  });

  const hostile: [string, string][] = [
    ['no JSON', 'hello\n'],
    ['an unknown question', '{"question":"drop-everything","parameters":{}}\n'],
    ['a question that is a property of every object', '{"question":"__proto__","parameters":{}}\n'],
    ['parameters of the wrong kind', '{"question":"events-of-host","parameters":{"host":7}}\n'],
    ['a parameter too many', '{"question":"totals","parameters":{"sql":"DROP TABLE flow"}}\n'],
  ];
  for (const [sentence, line] of hostile)
    it(`answers ${sentence} with a failure and goes on`, async (t) => {
      const folder = await temporaryFolder(t);
      await serving(t, folder, 1);
      const socket = connect(join(folder, socketFile));
      t.after(() => socket.destroy());
      socket.write(line);
      const [reply] = await once(socket, 'data');
      assert.match(String(reply), /^\{"failure":/);
      socket.write('{"question":"totals","parameters":{}}\n');
      assert.match(String((await once(socket, 'data'))[0]), /^\{"rows":\[\[/);
    });

  it('does what it is told by name, says how far it has come, and takes no other order', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await Store.open(folder);
    const heard: unknown[] = [];
    const count: Order = async (parameters, say) => {
      heard.push(parameters);
      say('half of it');
      return { counted: 2 };
    };
    const refuse: Order = async () => {
      throw new Failure('FILE_UNREADABLE', 'a.pcap: no such file', 'check the name');
    };
    const server = await StoreServer.listen(
      store,
      new Map([
        ['count', count],
        ['refuse', refuse],
      ]),
    );
    const client = (await StoreClient.connect(folder)) as StoreClient;
    const said: string[] = [];
    assert.deepEqual(await client.order('count', { to: 2 }, (text) => said.push(text)), { counted: 2 });
    assert.deepEqual([heard, said], [[{ to: 2 }], ['half of it']]);
    await assert.rejects(
      client.order('refuse', {}, () => undefined),
      { code: 'FILE_UNREADABLE', message: 'a.pcap: no such file' },
    );
    assert.equal(await client.order('drop-everything', {}, () => undefined), undefined);
    assert.equal((await client.ask(totals, {}))[0]?.flows, 0);
    await client.close();
    await server.close();
    await store.close();
  });

  it('tells an order that whoever gave it has gone', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await Store.open(folder);
    const events = new EventEmitter();
    const [begun, gone] = [once(events, 'begun'), once(events, 'gone')];
    const wait: Order = async (_, __, signal) => {
      signal.addEventListener('abort', () => events.emit('gone'));
      events.emit('begun');
      await gone;
    };
    const server = await StoreServer.listen(store, new Map([['wait', wait]]));
    const client = (await StoreClient.connect(folder)) as StoreClient;
    const left = assert.rejects(
      client.order('wait', {}, () => undefined),
      { code: 'STORE_GONE' },
    );
    await begun;
    await client.close();
    await Promise.all([gone, left]);
    await server.close();
    await store.close();
  });

  it('hangs up on a line that never ends', async (t) => {
    const folder = await temporaryFolder(t);
    await serving(t, folder, 0);
    const socket = connect(join(folder, socketFile));
    socket.on('error', () => undefined);
    socket.write('x'.repeat(200_000));
    await new Promise((resolve) => socket.once('close', resolve));
    assert.ok(socket.destroyed);
  });
});
