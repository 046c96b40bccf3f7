import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { SyslogReceiver, type SyslogReceiverOptions } from '../../../src/logs/edge/syslogReceiver.ts';
import { SyslogFraming } from '../../../src/logs/syslogFraming.ts';
import { Received, until } from './received.ts';

const message = (recordId: number) =>
  `<14>1 2024-03-04T21:00:00.123+09:00 PC-7 Microsoft-Windows-Kernel-Power 4 - [NXLOG@14506 EventID="42" RecordNumber="${recordId}" Channel="System"] 東京`;
const counted = (text: string) => `${Buffer.byteLength(text)} ${text}`;

async function listening(t: TestContext, options: SyslogReceiverOptions = {}) {
  const received = new Received();
  const receiver = new SyslogReceiver(received.sink, '127.0.0.1', options);
  const port = await receiver.listen(0);
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= receiver.close();
    return closed;
  };
  t.after(close);
  const connected = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    t.after(() => socket.destroy());
    return socket;
  };
  return { received, receiver, port, close, connected };
}

describe('logs over syslog', { timeout: 60_000 }, () => {
  it('come by TCP with counted octets, and with ends of lines, even mixed on one connection', async (t) => {
    const { received, connected } = await listening(t);
    const socket = await connected();
    socket.write(`${counted(message(1)) + counted(message(2))}${message(3)}\n${message(4)}\r\n${counted(message(5))}`);
    await until(() => received.events.size === 5);
    assert.deepEqual(received.sources[0], { receiver: 'syslog', name: '127.0.0.1', format: 'syslog' });
  });

  it('come octet by octet', async (t) => {
    const { received, connected } = await listening(t);
    const socket = await connected();
    socket.setNoDelay(true);
    for (const octet of Buffer.from(`${counted(message(1))}${message(2)}\n`)) socket.write(Uint8Array.of(octet));
    await until(() => received.events.size === 2);
  });

  it('need no end of the last line where the sender closes', async (t) => {
    const { received, connected } = await listening(t);
    (await connected()).end(message(1));
    await until(() => received.events.size === 1);
  });

  it('come by UDP, one message a datagram', async (t) => {
    const { received, port, receiver } = await listening(t);
    const socket = createSocket('udp4');
    t.after(() => socket.close());
    for (const text of [message(1), 'rubbish', message(2)]) await new Promise((resolve) => socket.send(text, port, '127.0.0.1', resolve));
    await until(() => received.events.size === 2);
    assert.deepEqual([receiver.books.in, receiver.books.out, receiver.books.refused], [3, 2, { 'no header of a syslog message': 1 }]);
  });

  it('wait while the store fails, and are all there when it has recovered', async (t) => {
    const { received, connected, receiver } = await listening(t);
    received.failing = true;
    (await connected()).write(Array.from({ length: 50 }, (_, i) => `${message(i)}\n`).join(''));
    await until(() => received.calls > 0 && receiver.books.in === 50);
    assert.equal(receiver.books.held, 50);
    received.failing = false;
    await until(() => received.events.size === 50);
    await until(() => receiver.books.held === 0);
  });

  it('hold up a sender by TCP when too much waits, and lose nothing of it', async (t) => {
    const { received, connected, receiver } = await listening(t, { mostWaiting: 100 });
    let open: () => void = () => undefined;
    received.gate = new Promise((resolve) => {
      open = resolve;
    });
    const socket = await connected();
    const total = 50_000;
    for (let i = 0; i < total; i += 1000) socket.write(Array.from({ length: 1000 }, (_, k) => `${message(i + k)}\n`).join(''));
    await until(() => receiver.books.in > 100);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.ok(receiver.books.held < 10_000, `${receiver.books.held} wait`);
    open();
    socket.end();
    await until(() => received.events.size === total);
  });

  it('drop datagrams that do not fit, and count them', async (t) => {
    const { received, port, receiver } = await listening(t, { mostWaiting: 10 });
    let open: () => void = () => undefined;
    received.gate = new Promise((resolve) => {
      open = resolve;
    });
    const socket = createSocket('udp4');
    t.after(() => socket.close());
    for (let i = 0; i < 50; i++) await new Promise((resolve) => socket.send(message(i), port, '127.0.0.1', resolve));
    await until(() => receiver.books.in === 50);
    assert.deepEqual([receiver.books.held, receiver.books.dropped], [10, { 'queue-full': 40 }]);
    open();
    await until(() => received.events.size === 10);
  });

  it('end with everything handed over that was received', async (t) => {
    const { received, connected, receiver, close } = await listening(t);
    (await connected()).write(Array.from({ length: 500 }, (_, i) => `${message(i)}\n`).join(''));
    await until(() => receiver.books.in === 500);
    await close();
    assert.equal(received.events.size, 500);
  });

  it('close a connection whose framing is lost, and go on with others', async (t) => {
    const { received, connected, receiver } = await listening(t);
    const bad = await connected();
    const closed = new Promise((resolve) => bad.once('close', resolve));
    bad.write('99999999999 x');
    await closed;
    assert.deepEqual(receiver.books.refused, { framing: 1 });
    (await connected()).write(`${message(1)}\n`);
    await until(() => received.events.size === 1);
  });

  it('refuse an address that cannot be listened on', async (t) => {
    const { port } = await listening(t);
    const second = new SyslogReceiver(async () => undefined, '127.0.0.1', {});
    await assert.rejects(second.listen(port), { code: 'LOGS_LISTEN' });
  });
});

describe('the framing of syslog', () => {
  const rows: [string, string, string[]][] = [
    ['an empty stream', '', []],
    ['blank lines between messages', '<1>a\n\n\r\n<1>b\n', ['<1>a', '<1>b']],
    ['a count of zero is no count', '0 <1>a\n<1>b\n', ['0 <1>a', '<1>b']],
    ['counted text with line ends in it', '7 <1>a\nb\n', ['<1>a\nb\n']],
    ['a NUL behind each message', '<1>a\n\0<1>b\n', ['<1>a', '<1>b']],
  ];
  for (const [sentence, stream, expected] of rows)
    it(`is right for ${sentence}, however it is cut`, () => {
      for (const size of [1, 2, 3, Math.max(1, stream.length)]) {
        const framing = new SyslogFraming();
        const messages: string[] = [];
        for (let i = 0; i < stream.length; i += size) messages.push(...framing.push(Buffer.from(stream.slice(i, i + size))).messages);
        messages.push(...framing.end());
        assert.deepEqual(messages, expected);
      }
    });

  for (const stream of ['12345678 x', '1x <1>a', '999999 x', '12345678'])
    it(`is lost by ${JSON.stringify(stream)}`, () => assert.ok(new SyslogFraming().push(Buffer.from(stream)).fault));

  it('keeps no more of an endless line than a message may have, and finds the next', () => {
    const framing = new SyslogFraming();
    let messages = 0;
    for (let i = 0; i < 200; i++) messages += framing.push(Buffer.alloc(10_000, 'x')).messages.length;
    assert.ok(messages <= 1);
    assert.deepEqual(framing.push(Buffer.from('\n<1>a\n')).messages, ['<1>a']);
  });
});
