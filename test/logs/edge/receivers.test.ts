import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startLogReceivers } from '../../../src/logs/edge/receivers.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { Received, until } from './received.ts';

const none = { drop: '', zone: '', http: { listen: null, tokenFile: '' }, syslog: { listen: null } };
const anyPort = { host: '127.0.0.1', port: 0 };

describe('all receivers together', { timeout: 60_000 }, () => {
  it('are those that the configuration names, and no others', async (t) => {
    const received = new Received();
    const stop = new AbortController();
    const nothing = await startLogReceivers(none, received.sink, stop.signal);
    assert.deepEqual([nothing.httpPort, nothing.syslogPort, nothing.books()], [undefined, undefined, []]);
    await nothing.close();
    const drop = join(await temporaryFolder(t), 'logs');
    const all = await startLogReceivers(
      { ...none, drop, http: { listen: anyPort, tokenFile: '' }, syslog: { listen: anyPort } },
      received.sink,
      stop.signal,
    );
    assert.deepEqual(
      all.books().map(({ receiver }) => receiver),
      ['http', 'syslog', 'drop'],
    );
    stop.abort();
    await all.close();
    await assert.rejects(fetch(`http://127.0.0.1:${all.httpPort}/logs`));
  });

  it('take the zone of the configuration for logs that name none', async (t) => {
    const drop = await temporaryFolder(t);
    const received = new Received();
    const local = { SourceName: 'a', EventTime: '2024-03-04 21:00:00', EventID: 1, Hostname: 'PC-7', RecordNumber: 5 };
    await writeFile(join(drop, 'nxlog.json'), JSON.stringify(local));
    const running = await startLogReceivers({ ...none, drop, zone: '+09:00' }, received.sink, new AbortController().signal, {
      lookEveryMs: 20,
    });
    await until(() => received.events.size === 1);
    // Before the folder goes.
    await running.close();
    assert.equal([...received.events.values()][0]?.time, Date.UTC(2024, 2, 4, 12) * 1000);
  });

  it('do not begin without the token that was asked for, and leave no port open', async () => {
    const missing = { ...none, syslog: { listen: anyPort }, http: { listen: anyPort, tokenFile: '/nowhere/token' } };
    await assert.rejects(startLogReceivers(missing, new Received().sink, new AbortController().signal), { code: 'LOGS_TOKEN' });
  });

  it('do not begin where the folder cannot be made', async (t) => {
    const file = join(await temporaryFolder(t), 'file');
    await writeFile(file, '');
    await assert.rejects(startLogReceivers({ ...none, drop: join(file, 'logs') }, new Received().sink, new AbortController().signal), {
      code: 'LOGS_DROP',
    });
  });
});
