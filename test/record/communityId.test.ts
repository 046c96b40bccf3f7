import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Conversation, communityId } from '../../src/record/communityId.ts';
import { address } from '../store/sampleFlow.ts';

/** Values of the reference implementation (the package communityid of PyPI, version 1.5). */
const rows: [protocol: number, source: string, destination: string, first: number | null, second: number | null, id: string][] = [
  [6, '128.232.110.120', '66.35.250.204', 34855, 80, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  [6, '66.35.250.204', '128.232.110.120', 80, 34855, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  [17, '192.168.1.52', '8.8.8.8', 54585, 53, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
  [17, 'fe80::1', 'ff02::fb', 5353, 5353, '1:vmVnlzQ4g6ZsPY2VX/lJfRJMmHo='],
  [1, '192.168.0.89', '192.168.0.1', 8, 0, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
  [1, '192.168.0.1', '192.168.0.89', 0, 0, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
  [1, '192.168.0.89', '192.168.0.1', 20, 0, '1:3o2RFccXzUgjl7zDpqmY7yJi8rI='],
  [1, '192.168.0.1', '192.168.0.89', 20, 0, '1:xka8imJTHE0ZCHTDqMsnK5QKoh8='],
  [1, '192.168.0.1', '192.168.0.89', 3, 1, '1:o3zT92uTgnRWv/YrDVeXcWumpC4='],
  [58, 'fe80::200:86ff:fe05:80da', 'fe80::260:97ff:fe07:69ea', 135, 0, '1:dGHyGvjMfljg6Bppwm3bg0LO8TY='],
  [58, '3ffe:507:0:1:260:97ff:fe07:69ea', '3ffe:507:0:1:200:86ff:fe05:80da', 3, 0, '1:NdobDX8PQNJbAyfkWxhtL2Pqp5w='],
  [58, 'fe80::1', 'ff02::1', 134, 0, '1:Ilg4oMT5cEP8nHg384C0O3MLdD0='],
  [2, '192.168.0.1', '224.0.0.22', null, null, '1:V8JNTLzbTunyhJ3ltibkrgHEs0w='],
  [2, '224.0.0.22', '192.168.0.1', null, null, '1:V8JNTLzbTunyhJ3ltibkrgHEs0w='],
];

describe('Community ID', () => {
  for (const [protocol, source, destination, first, second, id] of rows) {
    const isIcmp = protocol === 1 || protocol === 58;
    const conversation: Conversation = {
      protocol,
      sourceAddress: address(source),
      destinationAddress: address(destination),
      sourcePort: isIcmp ? null : first,
      destinationPort: isIcmp ? null : second,
      icmpType: isIcmp ? first : null,
      icmpCode: isIcmp ? second : null,
    };
    it(`is ${id} for protocol ${protocol} from ${source} to ${destination}${first === null ? '' : `, ${first}/${second}`}`, () =>
      assert.equal(communityId(conversation), id));
  }
  it('is null for ARP', () => {
    const arp = {
      protocol: null,
      sourceAddress: 1n,
      destinationAddress: 2n,
      sourcePort: null,
      destinationPort: null,
      icmpType: null,
      icmpCode: null,
    };
    assert.equal(communityId(arp), null);
  });
});
