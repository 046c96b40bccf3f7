/** The receivers of the running box with a real store, real sockets and a real folder. */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { imbalance } from '../../src/record/health.ts';
import { writeStory } from '../../src/scenario/edge/writeStory.ts';
import { powerStories } from '../../src/scenario/power/powerStories.ts';
import type { Story } from '../../src/scenario/story.ts';
import { health, totals } from '../../src/store/questions/facts.ts';
import { Store } from '../../src/store/store.ts';
import { LogReception } from '../../src/watch/logReception.ts';
import { storeEvents } from '../../src/watch/storeEvents.ts';
import { until } from '../logs/edge/received.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const quiet = { error: () => undefined, warn: () => undefined, info: () => undefined };

describe('the receivers of the box', { timeout: 120_000 }, () => {
  it('store each event once, whichever way and however often it comes, and their books balance', async (t) => {
    const folder = await temporaryFolder(t);
    const story = powerStories['s3-idle']?.(1) as Story;
    const written = await writeStory(story, join(folder, 'story'));
    const [xml, evtx] = [written.logs[0] as string, written.otherForms.evtx[0] as string];
    const events = story.logs[0]?.events.length as number;
    const store = await Store.open(join(folder, 'data'));
    t.after(() => store.close());
    let woken = 0;
    const reception = new LogReception(store, {
      sensor: 'box1',
      configuration: {
        drop: join(folder, 'drop'),
        zone: '',
        http: { listen: { host: '127.0.0.1', port: 0 }, tokenFile: '' },
        syslog: { listen: { host: '127.0.0.1', port: 0 } },
      },
      log: quiet,
      onFacts: () => woken++,
      receivers: { lookEveryMs: 20 },
    });
    const receivers = await reception.start();
    const { readFile, copyFile } = await import('node:fs/promises');
    const stored = async () => (await store.ask(totals, {}))[0]?.events;
    const post = async (path: string, type: string) =>
      (
        await fetch(`http://127.0.0.1:${receivers.httpPort}/logs`, {
          method: 'POST',
          body: await readFile(path),
          headers: { 'content-type': type },
        })
      ).status;
    assert.equal(await post(xml, 'text/xml'), 200);
    assert.equal(await stored(), events, 'the answer came after the commit');
    assert.equal(await post(xml, 'text/xml'), 200);
    await copyFile(xml, join(folder, 'drop', 'PC.xml'));
    const dropped = () => receivers.books().find(({ receiver }) => receiver === 'drop');
    await until(() => dropped()?.out === events);
    assert.equal(await stored(), events);
    // Another form keeps a little less of an event, and is kept beside it.
    assert.equal(await post(evtx, 'application/octet-stream'), 200);
    assert.ok(((await stored()) as number) >= events);
    const line = (await readFile(written.otherForms['nxlog-syslog'][0] as string, 'utf8')).split('\n')[0] as string;
    const socket = connect(receivers.syslogPort as number, '127.0.0.1');
    socket.end(`${line}\n${line}\nrubbish\n`);
    await until(() => receivers.books().find(({ receiver }) => receiver === 'syslog')?.in === 3);
    await writeFile(join(folder, 'drop', 'broken.xml'), '<Events><Event>');
    await reception.close();
    assert.ok(woken > 0);
    const rows = (await store.ask(health, {})).filter(({ stage }) => stage === 'logs').sort((a, b) => (a.interface < b.interface ? -1 : 1));
    assert.deepEqual(
      rows.map((row) => [row.interface, imbalance(row), row.held]),
      ['drop', 'http', 'syslog'].map((name) => [name, 0, 0]),
    );
    const http = rows.find((row) => row.interface === 'http');
    assert.ok((http?.refused['already-stored'] ?? 0) >= events);
    assert.equal(rows.find((row) => row.interface === 'syslog')?.refused['no header of a syslog message'], 1);
  });

  it('mark the host of what they store, and nothing when they store nothing', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await Store.open(join(folder, 'data'));
    t.after(() => store.close());
    const events = powerStories['s3-idle']?.(1).logs[0]?.events ?? [];
    assert.equal((await storeEvents(store, events)).length, events.length);
    const rows = store.committedRows;
    assert.deepEqual(await storeEvents(store, [...events, ...events]), []);
    assert.equal(store.committedRows, rows);
  });
});
