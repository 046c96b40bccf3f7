import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, it } from 'node:test';
import { hostNameOf, isOwnHost } from '../../src/console/guard.ts';
import { serveEmpty } from './serve.ts';

const ask = (url: string, method: string, host: string): Promise<{ status: number; headers: Record<string, unknown> }> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { host } }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end();
  });

describe('the guard of the console', () => {
  const hosts: readonly (readonly [string, boolean])[] = [
    ['127.0.0.1:8420', true],
    ['127.0.0.1', true],
    ['localhost:8420', true],
    ['[::1]:8420', true],
    ['LOCALHOST', true],
    ['evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example:8420', false],
    ['127.0.0.1:8420@evil.example', false],
    ['', false],
  ];
  for (const [host, expected] of hosts)
    it(`${expected ? 'lets' : 'does not let'} the Host ${JSON.stringify(host)} in`, () =>
      assert.equal(isOwnHost(hostNameOf(host), '127.0.0.1'), expected));

  it('answers only GET and HEAD, only to its own name, with a policy that lets nothing else run', async (t) => {
    const { url } = await serveEmpty(t);
    const own = new URL(url).host;
    assert.equal((await ask(`${url}/`, 'GET', own)).status, 200);
    assert.equal((await ask(`${url}/`, 'HEAD', own)).status, 200);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) assert.equal((await ask(`${url}/api/v1/overview`, method, own)).status, 405);
    assert.equal((await ask(`${url}/`, 'GET', 'evil.example')).status, 421);
    const { headers } = await ask(`${url}/nowhere`, 'GET', own);
    assert.match(String(headers['content-security-policy']), /default-src 'none'.*script-src 'self';.*frame-ancestors 'none'/);
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe|https?:/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
  });
});
