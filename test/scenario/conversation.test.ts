import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PcapngWriter } from '../../src/link/pcapngWriter.ts';
import { converse, fewestPackets, type Request } from '../../src/scenario/conversation.ts';
import { Random } from '../../src/scenario/random.ts';
import { SmallLan } from '../../src/scenario/smallLan.ts';
import { Station } from '../../src/scenario/station.ts';
import { Wiretap } from '../../src/scenario/wiretap.ts';
import { testFolder } from '../link/readAll.ts';
import { missingTool } from '../link/tool.ts';
import { plainFrame } from './frameText.ts';
import { badFrames, tshark } from './tshark.ts';

const folder = testFolder();
const random = new Random('conversation');
const lan = new SmallLan(random);
const client = lan.workstation('CLIENT');
const server = new Station({ name: 'server', mac: lan.router.mac, address: 0xcb007107, timeToLive: 50 }, random);
const purpose = { scope: 'outside', peer: 'www.example.com', protocol: 'tcp', port: 443 } as const;
const requests: Request[] = [
  { kind: 'tls', serverName: 'www.example.com' },
  { kind: 'http', host: 'www.example.com', target: '/', userAgent: 'test' },
];

describe('a conversation', () => {
  for (const request of requests)
    it(`over ${request.kind} has exactly the packets that were asked for, at rising times`, () => {
      for (let packets = fewestPackets; packets < 100; packets++) {
        const tap = new Wiretap();
        const serverPort = request.kind === 'tls' ? 443 : 80;
        const end = converse(tap, { at: 1_000_000, client, server, serverPort, request, packets, purpose }, random);
        const { frames } = tap;
        assert.equal(frames.length, packets);
        assert.equal(frames.at(-1)?.capturedAtUs, end);
        for (const [i, frame] of frames.entries()) {
          assert.ok(i === 0 || frame.capturedAtUs > (frames[i - 1]?.capturedAtUs as number));
          const plain = plainFrame(frame);
          assert.ok(plain.source === '203.0.113.7' ? plain.sourcePort === serverPort : plain.destinationPort === serverPort);
          assert.ok(frame.octets.length <= 1514);
        }
      }
    });

  it('of fewer packets than a conversation has is a mistake of the caller', () => {
    assert.throws(
      () =>
        converse(new Wiretap(), { at: 0, client, server, serverPort: 443, request: requests[0] as Request, packets: 7, purpose }, random),
      /7/,
    );
  });

  it('is a sound TCP connection for tshark, opened and closed, with the name in it', { skip: missingTool('tshark') }, async () => {
    const tap = new Wiretap();
    let at = 1_610_236_800_000_000;
    for (let packets = fewestPackets; packets < 60; packets++) {
      const request = requests[packets % 2] as Request;
      at = 1_000_000 + converse(tap, { at, client, server, serverPort: packets % 2 ? 80 : 443, request, packets, purpose }, random);
    }
    const path = join(folder.path, 'conversations.pcapng');
    const writer = await PcapngWriter.open(path, { linkType: 1, interfaceName: 'test', snapLength: 0 });
    for (const { capturedAtUs, octets } of tap.frames) writer.write(capturedAtUs, octets);
    await writer.close();
    assert.deepEqual(tshark(path, badFrames, ['frame.number', 'tcp.analysis.flags']), []);
    const complete = new Set(tshark(path, 'tcp.completeness == 31', ['tcp.stream']).map(([stream]) => stream));
    assert.equal(complete.size, 60 - fewestPackets);
    const names = tshark(path, 'tls.handshake.extensions_server_name or http.request', [
      'tls.handshake.extensions_server_name',
      'http.host',
    ]);
    assert.deepEqual(new Set(names.map((row) => row.join(''))), new Set(['www.example.com']));
    assert.equal(names.length, 60 - fewestPackets);
    assert.equal(tshark(path, 'http.response', ['http.response.code']).length, 26);
  });
});
