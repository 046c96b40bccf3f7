import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { DuckDBInstance } from '@duckdb/node-api';
import { type CaptureRecord, captureKind } from '../../src/record/capture.ts';
import { flowKind } from '../../src/record/flow.ts';
import { fieldsOf } from '../../src/record/kind.ts';
import { recordKinds } from '../../src/record/kinds.ts';
import { nameKind } from '../../src/record/sighting.ts';
import { schemaVersion } from '../../src/store/migration.ts';
import { allOf } from '../../src/store/question.ts';
import { staleUnits } from '../../src/store/questions/derived.ts';
import { flowsOfDevice, totals } from '../../src/store/questions/facts.ts';
import { type StaleUnit, Store } from '../../src/store/store.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { address, at, sampleFlow } from './sampleFlow.ts';

const capture: CaptureRecord = {
  id: 'c',
  sensor: 'box1',
  kind: 'capture',
  format: 'pcap',
  name: 'a.pcap',
  state: 'complete',
  contentSha256: 'ff',
  octets: 2 ** 40,
  linkTypes: [1, 276],
  frames: 1,
  records: 0,
  firstAt: at('2021-01-10T00:00:00.123456Z'),
  lastAt: null,
  faults: [{ layer: 'ipv4', kind: 'overrun', count: 2 }],
};

describe('the store', () => {
  it('gives back what it was given, of every kind of column', async (t) => {
    const store = await Store.open(await temporaryFolder(t));
    const plain = sampleFlow();
    const odd = sampleFlow({
      vlans: [0, 4095],
      sourceMac: 0xffff_ffff_fffe,
      sourceAddress: address('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'),
      destinationAddress: null,
      sourcePort: null,
      application: null,
      serverName: "'; DROP TABLE flow; --\u0000é",
      minute: at('2254-12-31T23:59:00Z'),
      sourceOctets: Number.MAX_SAFE_INTEGER,
    });
    store.append(flowKind, plain);
    store.append(flowKind, odd);
    store.append(captureKind, capture);
    await store.commit();
    const mac = plain.sourceMac as number;
    assert.deepEqual(await store.ask(flowsOfDevice, { mac, from: plain.minute, to: plain.minute + 1 }), [plain]);
    assert.deepEqual(await store.ask(flowsOfDevice, { mac: 0xffff_ffff_fffe, from: 0, to: odd.minute + 1 }), [odd]);
    assert.deepEqual(await store.captureById('c'), capture);
    await store.close();
  });

  it('keeps rows over a close and an open, across the size of a chunk', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await Store.open(folder);
    for (let i = 0; i < 5000; i++) store.append(flowKind, sampleFlow({ sourcePort: i }));
    await store.commit();
    assert.equal(store.committedRows, 5000);
    await store.close();
    const again = await Store.open(folder);
    assert.equal((await again.ask(totals, {}))[0]?.flows, 5000);
    await again.close();
  });

  it('writes nothing of a commit that fails, and all of it with the next one', async (t) => {
    const store = await Store.open(await temporaryFolder(t));
    store.append(flowKind, sampleFlow());
    store.markStale({ unit: 'host', subject: 'PC-7', day: null });
    await assert.rejects(store.commit([{ sql: 'DELETE FROM "no such table"', values: [] }]));
    assert.deepEqual([(await store.ask(totals, {}))[0]?.flows, await store.ask(staleUnits, {})], [0, []]);
    store.append(flowKind, sampleFlow());
    await store.commit();
    assert.deepEqual([(await store.ask(totals, {}))[0]?.flows, (await store.ask(staleUnits, {})).length], [2, 1]);
    await store.close();
  });

  it('keeps the mark of a unit that became stale again while it was worked on', async (t) => {
    const store = await Store.open(await temporaryFolder(t));
    const unit: StaleUnit = { unit: 'host', subject: 'PC-7', day: null };
    store.markStale(unit);
    await store.commit();
    const revision = store.revisionOf(unit);
    store.markStale(unit);
    await store.commit();
    await store.commit([], { unit, revision });
    assert.deepEqual(await store.ask(staleUnits, {}), [unit]);
    await store.commit([], { unit, revision: store.revisionOf(unit) });
    assert.deepEqual(await store.ask(staleUnits, {}), []);
    await store.close();
  });

  it('keeps one mark for a unit however often it is made', async (t) => {
    const store = await Store.open(await temporaryFolder(t));
    for (let i = 0; i < 2; i++) {
      store.markStale({ unit: 'host', subject: 'PC-7', day: null });
      store.markStale({ unit: 'device-day', subject: '7', day: at('2021-01-10T00:00:00Z') });
      await store.commit();
    }
    assert.equal((await store.ask(staleUnits, {})).length, 2);
    await store.close();
  });

  it('asks for all records of a kind in the order of their identity', async (t) => {
    const store = await Store.open(await temporaryFolder(t));
    for (const name of ['b.example', 'a.example']) {
      store.append(nameKind, {
        capture: 'c',
        frame: 1,
        clientMac: 1,
        clientAddress: 1n,
        name,
        address: 2n,
        from: 0,
        until: 1,
        evidence: 'dns',
        server: 3n,
      });
    }
    await store.commit();
    assert.deepEqual(
      (await store.ask(allOf(nameKind), {})).map(({ name }) => name),
      ['a.example', 'b.example'],
    );
    await store.close();
  });
});

describe('the guard of the store', () => {
  it('refuses a second instance in one process: without it, rows would be lost silently', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await Store.open(folder);
    await assert.rejects(Store.open(folder), { code: 'STORE_OPEN_HERE' });
    await assert.rejects(Store.open(join(folder, '..', folder.split('/').at(-1) as string)), { code: 'STORE_OPEN_HERE' });
    await store.close();
    await (await Store.open(folder)).close();
  });

  it('refuses to be opened in a worker thread', async (t) => {
    const folder = await temporaryFolder(t);
    const module = new URL('../../src/store/store.js', import.meta.url).href;
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       import(${JSON.stringify(module)}).then(({ Store }) => Store.open(${JSON.stringify(folder)}))
         .then(() => parentPort.postMessage('opened'), (error) => parentPort.postMessage(error.code));`,
      { eval: true },
    );
    const outcome = await new Promise((resolve) => worker.once('message', resolve));
    await worker.terminate();
    assert.equal(outcome, 'STORE_IN_WORKER');
  });

  it('frees its place when opening fails', async (t) => {
    const folder = join(await temporaryFolder(t), 'data');
    await mkdir(folder);
    const instance = await DuckDBInstance.create(join(folder, 'yoban.duckdb'));
    const connection = await instance.connect();
    await connection.run('CREATE TABLE "schema" ("version" INTEGER NOT NULL, "what" VARCHAR NOT NULL)');
    await connection.run(`INSERT INTO "schema" VALUES (${schemaVersion + 1}, 'from the future')`);
    connection.closeSync();
    instance.closeSync();
    for (let i = 0; i < 2; i++) await assert.rejects(Store.open(folder), { code: 'STORE_NEWER' });
  });

  it('says what to do when the folder cannot be made', async (t) => {
    const file = join(await temporaryFolder(t), 'a-file');
    await writeFile(file, '');
    await assert.rejects(Store.open(join(file, 'data')), { code: 'STORE_FOLDER' });
  });
});

describe('the tables', () => {
  it('have the columns that the kinds declare, no more and no fewer', async (t) => {
    const folder = await temporaryFolder(t);
    await (await Store.open(folder)).close();
    const instance = await DuckDBInstance.create(join(folder, 'yoban.duckdb'));
    const connection = await instance.connect();
    for (const kind of recordKinds) {
      const reader = await connection.runAndReadAll(
        'SELECT column_name, data_type, is_nullable FROM duckdb_columns() WHERE table_name = $1',
        [kind.name],
      );
      const found = reader.getRows().map(([name, type, nullable]) => ({ name, type, nullable }));
      assert.deepEqual(
        found,
        fieldsOf(kind).map(({ name, column, nullable }) => ({ name, type: column, nullable })),
        kind.name,
      );
      assert.ok(
        kind.identity.every((name) => found.some((column) => column.name === name)),
        kind.name,
      );
    }
    connection.closeSync();
    instance.closeSync();
  });
});
