import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requestOf } from '../../src/meter/icmpPair.ts';

describe('ICMP pairs', () => {
  const rows: [string, number, number, number][] = [
    ['an echo reply answers an echo request', 4, 0, 8],
    ['a time stamp reply answers a time stamp request', 4, 14, 13],
    ['an information reply answers its request', 4, 16, 15],
    ['an address mask reply answers its request', 4, 18, 17],
    ['a router advertisement of ICMP answers a solicitation', 4, 9, 10],
    ['an error answers nothing', 4, 3, -1],
    ['a request answers nothing', 4, 8, -1],
    ['an ICMPv6 echo reply answers an echo request', 6, 129, 128],
    ['a router advertisement answers a solicitation', 6, 134, 133],
    ['a neighbour advertisement answers a solicitation', 6, 136, 135],
    ['type 0 of ICMPv6 answers nothing', 6, 0, -1],
    ['a redirect answers nothing', 6, 137, -1],
  ];
  for (const [sentence, version, type, request] of rows) it(sentence, () => assert.equal(requestOf(version, type), request));
});
