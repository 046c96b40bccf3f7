import assert from 'node:assert/strict';
import { getPriority, setPriority } from 'node:os';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Precedence } from '../../src/watch/precedence.ts';

/** Why a raised priority cannot be shown here; false where it can. */
function noRaise(): string | false {
  const before = getPriority(0);
  try {
    setPriority(0, -1);
    setPriority(0, before);
    return false;
  } catch {
    return 'a raised priority takes CAP_SYS_NICE';
  }
}

describe('the precedence of a capture thread', { skip: noRaise() }, () => {
  it('begins once frames have come for a while, not with the first and not without any', async (t) => {
    const before = getPriority(0);
    t.after(() => setPriority(0, before));
    const precedence = new Precedence();
    precedence.afterStep(0);
    await sleep(1100);
    precedence.afterStep(0);
    assert.equal(getPriority(0), before, 'nothing came');
    precedence.afterStep(3);
    assert.equal(getPriority(0), before, 'the code is not compiled yet');
    await sleep(1100);
    precedence.afterStep(0);
    assert.equal(getPriority(0), -10);
  });
});
