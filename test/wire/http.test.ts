import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/octets.ts';
import {
  encodeHttpRequest,
  encodeHttpResponse,
  readHttpRequest,
  readHttpRequests,
  readHttpResponse,
  wholeHttpLength,
} from '../../src/wire/http.ts';
import { encodeSsdpSearch, readSsdp } from '../../src/wire/ssdp.ts';
import { accepted, ascii, region } from './hostility.ts';

const request = (text: string) => readHttpRequest(region(ascii(text)));

function hostOf(text: string): unknown {
  const read = request(text);
  return read instanceof Fault ? read.kind : read?.host;
}

describe('HTTP requests', () => {
  it('reads the example of RFC 9112 §2.1', () => {
    assert.deepEqual(
      request('GET /hello.txt HTTP/1.1\r\nUser-Agent: curl/7.64.1\r\nHost: www.example.com\r\nAccept-Language: en, mi\r\n\r\n'),
      {
        method: 'GET',
        target: '/hello.txt',
        host: 'www.example.com',
        port: undefined,
        userAgent: 'curl/7.64.1',
        isWhole: true,
        headOctets: 100,
        bodyOctets: 0,
      },
    );
  });

  const hosts: [string, string, unknown][] = [
    ['gives the host in lower case and without its port', 'GET / HTTP/1.1\r\nHost: WWW.Example.COM:8080\r\n\r\n', 'www.example.com'],
    ['reads a field name in any case, and blanks around the value', 'GET / HTTP/1.1\r\nHOST:\t a.example \r\n\r\n', 'a.example'],
    [
      'takes the host of an absolute target before the Host field (RFC 9112 §3.2.2)',
      'GET http://a.example:81/x HTTP/1.1\r\nHost: b.example\r\n\r\n',
      'a.example',
    ],
    [
      'takes the host of CONNECT from its target (RFC 9112 §3.2.3)',
      'CONNECT a.example:443 HTTP/1.1\r\nHost: proxy.example\r\n\r\n',
      'a.example',
    ],
    ['does not take the user in a target for its host', 'GET http://good.example@evil.example/ HTTP/1.1\r\n\r\n', 'evil.example'],
    ['reads an IPv6 host without its brackets', 'GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n', '2001:db8::1'],
    ['reads lines that end in LF alone (RFC 9112 §2.2)', 'GET / HTTP/1.0\nHost: a.example\n\n', 'a.example'],
    ['has no host where there is none', 'GET / HTTP/1.0\r\n\r\n', undefined],
    ['takes a simple request of HTTP/0.9 for what it is', 'GET /\r\n\r\n', undefined],
    ['has no host where the field is empty', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', undefined],
    ['takes the first of two Host fields', 'GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n', 'a.example'],
    ['refuses a host with a blank in it', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 'malformed'],
    ['does not look for fields in the body', 'POST / HTTP/1.1\r\nA: b\r\n\r\nHost: a.example\r\n', undefined],
    ['leaves a Host that may be cut in half alone', 'GET / HTTP/1.1\r\nHost: a.exam', undefined],
  ];
  for (const [sentence, text, host] of hosts) it(sentence, () => assert.equal(hostOf(text), host));

  for (const text of [
    'SSH-2.0-OpenSSH_9.2\r\n',
    'get / HTTP/1.1\r\n\r\n',
    'GET / HTTP/2.0\r\n\r\n',
    'HELO a.example\r\n',
    'GET  HTTP/1.1\r\n\r\n',
  ])
    it(`leaves ${JSON.stringify(text)} alone`, () => assert.equal(request(text), undefined));
  const head = (host: string, more = '') => `POST / HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
  const streams: [string, string, (string | undefined)[], number | undefined][] = [
    ['reads requests that stand behind each other', head('a') + head('b') + head('c'), ['a', 'b', 'c'], undefined],
    ['passes over bodies of a stated length', `${head('a', 'Content-Length: 3\r\n')}xyz${head('b')}`, ['a', 'b'], undefined],
    ['does not take a body for a request', `${head('a', `Content-Length: ${head('b').length}\r\n`)}${head('b')}`, ['a'], undefined],
    ['does not look behind chunks', head('a', 'Transfer-Encoding: chunked\r\n') + head('b'), ['a'], undefined],
    ['does not look into a tunnel', `CONNECT a:443 HTTP/1.1\r\n\r\n${head('b')}`, ['a'], undefined],
    ['does not look behind a length that is none', head('a', 'Content-Length: -1\r\n') + head('b'), ['a'], undefined],
    ['stops at what is no request', `${head('a')}\x00\x01\x02\x03`, ['a'], undefined],
    ['says where a request begins that is cut before its host', `${head('a')}GET / HTTP/1.1\r\nHo`, ['a'], head('a').length],
  ];
  for (const [sentence, text, hostNames, whole] of streams)
    it(sentence, () => {
      const octets = region(ascii(text));
      assert.deepEqual(
        accepted(readHttpRequests(octets)).map(({ host }) => host),
        hostNames,
      );
      assert.equal(wholeHttpLength(octets), whole ?? text.length);
    });

  it('reads the target of HTTP/0.9', () => assert.equal(accepted(request('GET /x\r\n')).target, '/x'));
  it('survives a cut at every length', () => {
    const octets = encodeHttpRequest({ target: '/', host: 'a.example' });
    for (let end = 0; end < octets.length; end++) {
      const read = readHttpRequest(region(octets, end));
      assert.ok(read === undefined || read instanceof Fault || !read.isWhole, `cut at ${end}`);
    }
  });
  it('reads the status of a response', () =>
    assert.deepEqual(readHttpResponse(region(encodeHttpResponse({ status: 206, server: 'x' }))), { status: 206, server: 'x' }));
  it('leaves a response of another version alone', () => assert.equal(readHttpResponse(region(ascii('HTTP/2 200\r\n\r\n'))), undefined));
});

describe('SSDP', () => {
  // UPnP Device Architecture 2.0 §1.3.2.
  const search = 'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 3\r\nST: ssdp:all\r\n\r\n';

  it('writes a search as the architecture describes it', () =>
    assert.deepEqual(encodeSsdpSearch({ host: '239.255.255.250:1900', target: 'ssdp:all' }), ascii(search)));
  it('reads search, notification and response', () => {
    const read = (text: string) => {
      const message = readSsdp(region(ascii(text)));
      return message && !(message instanceof Fault) ? [message.method, message.target, message.product] : message;
    };
    assert.deepEqual(read(search), ['M-SEARCH', 'ssdp:all', undefined]);
    assert.deepEqual(read('NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nSERVER: Linux UPnP/1.0\r\n\r\n'), [
      'NOTIFY',
      'upnp:rootdevice',
      'Linux UPnP/1.0',
    ]);
    assert.deepEqual(read('HTTP/1.1 200 OK\r\nST: ssdp:all\r\n\r\n'), ['response', 'ssdp:all', undefined]);
  });
  it('reads the browser that searches', () => {
    const message = readSsdp(region(encodeSsdpSearch({ host: 'x', target: 'y', userAgent: 'Chrome/99' })));
    assert.ok(message && !(message instanceof Fault) && message.product === 'Chrome/99');
  });
  it('leaves anything else on its port alone', () => assert.equal(readSsdp(region(ascii('GET / HTTP/1.1\r\n\r\n'))), undefined));
});
