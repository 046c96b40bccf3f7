import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/base/failure.ts';

describe('a failure', () => {
  it('carries a code for programs, advice for people, and its cause', () => {
    const cause = new Error('EACCES');
    const failure = new Failure('FILE_UNREADABLE', 'a.pcap: permission denied', 'check its permissions', { cause });
    assert.ok(failure instanceof Error);
    assert.deepEqual(
      [failure.name, failure.code, failure.message, failure.advice, failure.cause],
      ['Failure', 'FILE_UNREADABLE', 'a.pcap: permission denied', 'check its permissions', cause],
    );
  });
});
