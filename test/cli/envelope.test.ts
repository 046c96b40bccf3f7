import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bulkUpload, dnsTunnel, icmpTunnel, ntpExfiltration } from '../../src/scenario/tunnelStories.ts';
import { judgeStory } from './judgedStory.ts';

const seeds = Number(process.env.YOBAN_TUNNEL_SEEDS ?? 2);
const tellers = [
  [dnsTunnel, 'dns', seeds],
  [icmpTunnel, 'icmp', seeds],
  [ntpExfiltration, 'ntp', seeds],
  [bulkUpload, 'tls', Math.ceil(seeds / 4)],
] as const;

for (const [tell, service, times] of tellers)
  for (let seed = 1; seed <= times; seed++)
    describe(`the story ${tell.name}, seed ${seed}`, () => {
      const story = tell(seed);
      it(`puts first what hides in its amount: ${story.truth.notes[0]}`, async (t) => {
        const { rows } = await judgeStory(t, story);
        const [first, second] = rows;
        assert.deepEqual([first?.host, first?.status], [story.truth.names?.infected, 'out-of-envelope']);
        assert.equal(first?.application ?? first?.protocol, service);
        assert.match(first?.reason ?? '', /\d+ .*at most \d+ are normal.*otherwise explained: /);
        assert.notEqual(first?.rule, null);
        assert.ok((second?.priority ?? 0) < (first?.priority ?? 0), 'no benign row stands beside it');
        const others = rows.slice(1).filter(({ status }) => status === 'out-of-envelope');
        assert.deepEqual(
          others.map(({ host, name, reason }) => [host, name, reason]),
          [],
        );
        t.diagnostic(`${first?.priority}: ${first?.reason}`);
      });
    });
