import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { BearerToken } from '../../../src/logs/edge/bearerToken.ts';
import { HttpReceiver, type HttpReceiverOptions } from '../../../src/logs/edge/httpReceiver.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { wevtutilEvent } from '../eventText.ts';
import { buildChunk, buildFile, manyRecords } from '../evtxBuilder.ts';
import { Received, until } from './received.ts';

const secret = '0123456789abcdef0123456789abcdef';
const ndjson = (...recordIds: number[]) =>
  recordIds
    .map((record_id) =>
      JSON.stringify({
        '@timestamp': '2024-03-04T12:00:00.123Z',
        winlog: { channel: 'System', computer_name: 'PC-7', event_id: '42', provider_name: 'Microsoft-Windows-Kernel-Power', record_id },
      }),
    )
    .join('\n');

async function listening(t: TestContext, options: HttpReceiverOptions = {}, token?: string) {
  const received = new Received();
  const receiver = new HttpReceiver(received.sink, token === undefined ? undefined : new BearerToken(token), options);
  const port = await receiver.listen('127.0.0.1', 0);
  t.after(() => receiver.close());
  const post = async (body: string | Uint8Array, type = 'application/x-ndjson', headers: Record<string, string> = {}, path = '/logs') => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : new Uint8Array(body),
      headers: { 'content-type': type, ...headers },
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown>, headers: answer.headers };
  };
  return { received, receiver, port, post };
}

describe('logs over HTTP', { timeout: 60_000 }, () => {
  const forms: [string, string, string | Uint8Array, number][] = [
    ['NDJSON', 'application/x-ndjson', ndjson(1, 2, 3), 3],
    ['a JSON array', 'application/json; charset=utf-8', `[${ndjson(1, 2).replace('\n', ',')}]`, 2],
    ['XML', 'text/xml', `<Events>${wevtutilEvent({ recordId: 1 })}</Events>`, 1],
    [
      'XML of half a megabyte',
      'application/xml',
      Array.from({ length: 700 }, (_, i) => wevtutilEvent({ recordId: i + 1 })).join('\n'),
      700,
    ],
    ['EVTX', 'application/octet-stream', buildFile([buildChunk(manyRecords(20))], 21), 20],
  ];
  for (const [sentence, type, body, events] of forms)
    it(`are taken as ${sentence}`, async (t) => {
      const { post, received } = await listening(t);
      const { status, body: answer } = await post(body, type);
      assert.deepEqual([status, answer], [200, { events, refused: 0, faults: [] }]);
      assert.equal(received.events.size, events);
    });

  it('are answered after the commit, and not before', async (t) => {
    const { post, received } = await listening(t);
    let open: () => void = () => undefined;
    received.gate = new Promise((resolve) => {
      open = resolve;
    });
    let isAnswered = false;
    const answer = post(ndjson(1)).then((got) => {
      isAnswered = true;
      return got;
    });
    await until(() => received.calls === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(isAnswered, false);
    open();
    assert.equal((await answer).status, 200);
  });

  it('may be sent again: 503 when the store failed, and then each event once', async (t) => {
    const { post, received, receiver } = await listening(t);
    received.failing = true;
    const failed = await post(ndjson(1, 2));
    assert.deepEqual([failed.status, failed.headers.get('retry-after')], [503, '10']);
    received.failing = false;
    await post(ndjson(1, 2));
    await post(ndjson(1, 2));
    assert.deepEqual(received.recordIds, [1, 2]);
    assert.deepEqual([receiver.books.in, receiver.books.out, receiver.books.held], [4, 4, 0]);
  });

  it('say what was refused of a body in which some is damaged', async (t) => {
    const { post, received } = await listening(t);
    const { status, body } = await post(`${ndjson(1)}\n{"broken": \n${ndjson(2)}`);
    assert.deepEqual([status, body.events, body.refused, received.events.size], [200, 2, 1, 2]);
  });

  const refused: [string, number, RegExp, (post: Awaited<ReturnType<typeof listening>>['post']) => ReturnType<typeof post>][] = [
    ['another path', 404, /posted to \/logs/, (post) => post('x', 'text/xml', {}, '/')],
    ['a media type that is none of logs', 415, /content-type "text\/plain" is none of/, (post) => post('x', 'text/plain')],
    ['a body that is packed', 415, /content-encoding/, (post) => post('x', 'text/xml', { 'content-encoding': 'gzip' })],
    ['a picture', 415, /neither EVTX/, (post) => post(Buffer.from('89504e470d0a1a0a', 'hex'), 'application/octet-stream')],
    ['the old EVT format', 415, /wevtutil epl/, (post) => post(Buffer.from('300000004c664c65', 'hex'), 'application/octet-stream')],
    ['an empty body', 400, /empty/, (post) => post('')],
    ['a body without an event', 400, /no event could be read/, (post) => post('{"a":1}')],
    ['a web page', 403, /web pages/, (post) => post(ndjson(1), 'application/json', { origin: 'https://evil.example' })],
  ];
  for (const [sentence, status, message, send] of refused)
    it(`are refused from ${sentence} with ${status}`, async (t) => {
      const { post, received } = await listening(t);
      const answer = await send(post);
      assert.equal(answer.status, status);
      assert.match(String(answer.body.error), message);
      assert.equal(received.events.size, 0);
    });

  it('are refused by another method with 405', async (t) => {
    const { port } = await listening(t);
    const answer = await fetch(`http://127.0.0.1:${port}/logs`, { headers: { 'content-type': 'text/xml' } });
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST']);
  });

  it('are refused with 401 where the token is missing, wrong, or only begins like the right one', async (t) => {
    const { post, received } = await listening(t, {}, secret);
    const tried: Record<string, string>[] = [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: `Bearer ${secret.slice(0, -1)}` },
      { authorization: `Basic ${secret}` },
      { authorization: 'Bearer ' },
    ];
    for (const headers of tried) {
      const { status, headers: answered } = await post(ndjson(1), 'application/json', headers);
      assert.equal(status, 401);
      assert.match(answered.get('www-authenticate') ?? '', /^Bearer/);
    }
    assert.equal(received.calls, 0);
    assert.equal((await post(ndjson(1), 'application/json', { authorization: `Bearer ${secret}` })).status, 200);
  });

  it('are refused with 413 when they are too large, whether they say so or not', async (t) => {
    const { post, received, port } = await listening(t, { mostOctets: 10_000 });
    assert.equal((await post('x'.repeat(10_001), 'text/xml')).status, 413);
    const status = await new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        { port, host: '127.0.0.1', method: 'POST', path: '/logs', headers: { 'content-type': 'text/xml' } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      // The receiver closes while octets are still on their way.
      outgoing.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error),
      );
      outgoing.write('<Events>');
      for (let i = 0; i < 30; i++) outgoing.write(' '.repeat(1000));
      outgoing.end();
    });
    assert.equal(status, 413);
    assert.equal(received.events.size, 0);
  });

  it('are refused with 429 when too many come at one time', async (t) => {
    const { post, received } = await listening(t, { mostRequests: 2 });
    let open: () => void = () => undefined;
    received.gate = new Promise((resolve) => {
      open = resolve;
    });
    const slow = [post(ndjson(1)), post(ndjson(2))];
    await until(() => received.calls === 2);
    const third = await post(ndjson(3));
    assert.deepEqual([third.status, third.headers.get('retry-after')], [429, '5']);
    open();
    assert.deepEqual(
      (await Promise.all(slow)).map(({ status }) => status),
      [200, 200],
    );
  });

  it('lose nothing that was committed when the sender breaks off, and hold nothing', async (t) => {
    const { port, received, receiver, post } = await listening(t);
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /logs HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 100000\r\n\r\n');
    socket.write(Array.from({ length: 20 }, (_, i) => wevtutilEvent({ recordId: i + 1 })).join('\n'));
    await until(() => received.events.size > 0);
    socket.destroy();
    assert.equal((await post(ndjson(99))).status, 200);
    assert.equal(receiver.books.held, 0);
  });
});

describe('the token of senders', () => {
  const bad: [string, string, RegExp][] = [
    ['an empty file', '\n', /not 16 to 4096/],
    ['a short one', 'hunter2', /not 16 to 4096/],
    ['one of two words', 'correct horse battery staple', /blanks/],
  ];
  for (const [sentence, content, message] of bad)
    it(`is not taken from ${sentence}`, async (t) => {
      const path = join(await temporaryFolder(t), 'token');
      await writeFile(path, content);
      await assert.rejects(BearerToken.fromFile(path), message);
    });
  it('is asked for where the file is missing', async () => {
    await assert.rejects(BearerToken.fromFile('/nowhere/token'), { code: 'LOGS_TOKEN' });
  });
  it('is read without the end of its line', async (t) => {
    const path = join(await temporaryFolder(t), 'token');
    await writeFile(path, `${secret}\n`);
    assert.ok((await BearerToken.fromFile(path)).accepts(`bearer ${secret}`));
  });
});
