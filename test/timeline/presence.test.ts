import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Presence } from '../../src/timeline/presence.ts';

const lock = { at: 0, id: 'a', rule: 'locked (4800)', kind: 'lock', key: 'logon:1' } as const;

describe('a console that was locked', () => {
  it('is still locked when a key or a button wakes the machine', () => {
    const presence = new Presence();
    presence.take(lock);
    presence.left('high');
    assert.equal(presence.now.state, 'absent');
    presence.touched('high');
    assert.equal(presence.now.state, 'locked');
  });
  it('has a person before it again when it is unlocked', () => {
    const presence = new Presence();
    presence.take(lock);
    presence.take({ ...lock, kind: 'unlock', rule: 'unlocked (4801)' });
    presence.left('high');
    presence.touched('high');
    assert.equal(presence.now.state, 'present');
  });
  it('is no longer locked when the machine was shut down', () => {
    const presence = new Presence();
    presence.take(lock);
    presence.shutDown(true);
    presence.touched('medium');
    assert.equal(presence.now.state, 'present');
  });
});
