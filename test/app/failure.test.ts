import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { describeFailure, exitCodeOf, systemReason } from '../../src/app/failure.ts';
import { Failure } from '../../src/base/failure.ts';

describe('a failure', () => {
  const missing = rejection(readFile('/nowhere/at/all.pcap'));
  const rows: [sentence: string, error: unknown, line: string | RegExp, exitCode: number][] = [
    ['says what, where and what to do', new Failure('STORE_HELD', '/d is held by 7', 'stop it'), '/d is held by 7; stop it', 1],
    [
      'leaves its cause to the log: the message says it in words already',
      new Failure('STORE_OPEN', '/d cannot be opened: bad block', 'look at it', { cause: new Error('IO Error: bad block') }),
      '/d cannot be opened: bad block; look at it',
      1,
    ],
    [
      'of a file exits with 2',
      new Failure('CAPTURE_MISSING', 'no such file: a.pcap', 'check the path'),
      'no such file: a.pcap; check the path',
      2,
    ],
    [
      'of the command line exits with 2',
      new Failure('USAGE_FORMAT', 'no such format', 'use text or json'),
      'no such format; use text or json',
      2,
    ],
    ['of the configuration exits with 2', new Failure('CONFIGURATION_INVALID', 'x', 'y'), 'x; y', 2],
    ['that is a stop exits with 130', new DOMException('stopped by SIGINT', 'AbortError'), /^stopped before the end; run it again/, 130],
    ['that is no error at all is still told', 'plain text', /^plain text; this is a mistake of Yoban's own/, 1],
    ['of our own is called one', new TypeError('x is not a function'), /^TypeError: x is not a function; this is a mistake of/, 1],
    ['stays on one line', new Failure('X', 'file a\nb\u001b[2J\u202e.pcap', 'go'), 'file a\\u{a}b\\u{1b}[2J\\u{202e}.pcap; go', 1],
  ];
  for (const [sentence, error, line, exitCode] of rows)
    it(sentence, () => {
      const said = describeFailure(error);
      if (typeof line === 'string') assert.equal(said, line);
      else assert.match(said, line);
      assert.equal(exitCodeOf(error), exitCode);
    });

  it('of the operating system names the path and what to do', async () => {
    assert.equal(describeFailure(await missing), '/nowhere/at/all.pcap: no such file or folder; check the path');
  });
  it('tells the reason of the operating system in words', async () => {
    assert.equal(systemReason(await missing), 'no such file or folder');
  });
});

/** What a promise is rejected with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('unreachable: it was not rejected');
}
