import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressFromIpv4 } from '../../src/base/address.ts';
import { recognizeApplication } from '../../src/wire/application.ts';
import { encodeEthernet, etherType } from '../../src/wire/ethernet.ts';
import { appendFrame } from '../../src/wire/frame.ts';
import { HeaderBatch } from '../../src/wire/headerBatch.ts';
import { encodeIpv4, ipProtocol } from '../../src/wire/ipv4.ts';
import { encodeTcp, tcpFlag } from '../../src/wire/tcp.ts';
import { encodeUdp } from '../../src/wire/udp.ts';
import { ascii, hex } from './hostility.ts';
import { samples } from './samples.ts';

function recognize(frame: Uint8Array): string | undefined {
  const batch = new HeaderBatch();
  batch.octets = frame;
  appendFrame(batch, 1, 0, frame.length, frame.length, 0, 1, 0);
  return recognizeApplication(batch, 0);
}

const ends = { source: addressFromIpv4(1), destination: addressFromIpv4(2) };
const framed = (protocol: number, payload: Uint8Array) =>
  encodeEthernet(
    { destinationMac: 2, sourceMac: 4, etherType: etherType.ipv4 },
    encodeIpv4({ source: 1, destination: 2, protocol }, payload),
  );
const overUdp = (sourcePort: number, destinationPort: number, payload: Uint8Array) =>
  framed(ipProtocol.udp, encodeUdp({ ...ends, sourcePort, destinationPort }, payload));
const overTcp = (destinationPort: number, payload: Uint8Array) =>
  framed(
    ipProtocol.tcp,
    encodeTcp({ ...ends, sourcePort: 50000, destinationPort, sequence: 1, acknowledgement: 1, flags: tcpFlag.ack }, payload),
  );

describe('Recognising applications', () => {
  const expected: Record<string, string> = {
    'dns query': 'dns',
    'dns response': 'dns',
    'dns over tcp': 'dns',
    mdns: 'mdns',
    llmnr: 'llmnr',
    dhcp: 'dhcp',
    dhcpv6: 'dhcpv6',
    'tls ClientHello': 'tls',
    'http request': 'http',
    'http response': 'http',
    'ssdp search': 'ssdp',
    'ssdp notify': 'ssdp',
    'ssdp response': 'ssdp',
    'browser announcement': 'browser',
    'nbns query': 'nbns',
    'nbns response': 'nbns',
    'nbns registration': 'nbns',
    ntp: 'ntp',
  };
  for (const { name, frame } of samples)
    if (frame) it(`calls ${name} ${expected[name] ?? 'nothing'}`, () => assert.equal(recognize(frame), expected[name]));

  const query = hex('0007 0100 0001 0000 0000 0000 01 61 00 0001 0001');
  const rows: [string, Uint8Array, string | undefined][] = [
    ['knows TLS on any port', overTcp(8883, hex('1603010200 01')), 'tls'],
    ['knows HTTP on any port', overTcp(8080, ascii('GET / HTTP/1.1\r\n\r\n')), 'http'],
    ['knows HTTP by a start line that has not ended yet', overTcp(80, ascii(`GET /${'x'.repeat(1000)}`)), 'http'],
    ['knows the simple request of HTTP/0.9', overTcp(80, ascii('GET /\r\n')), 'http'],
    ['does not take SIP for HTTP', overTcp(5060, ascii('OPTIONS sip:a@b.example SIP/2.0\r\n\r\n')), undefined],
    ['does not take RTSP for HTTP', overTcp(554, ascii('OPTIONS rtsp://b.example/ RTSP/1.0\r\n\r\n')), undefined],
    ['does not take a port for a protocol: text on 443', overTcp(443, ascii('SSH-2.0-x\r\n')), undefined],
    ['does not take a port for a protocol: text on UDP 53', overUdp(50000, 53, ascii('hello world, no dns')), undefined],
    ['does not take a port for a protocol: a short packet on 123', overUdp(123, 123, hex('23000000')), undefined],
    ['knows the eight octets of an NTP monlist request', overUdp(50000, 123, hex('1700032a 00000000')), 'ntp'],
    ['knows an NTP control message by its twelve octets', overUdp(50000, 123, hex('16010001 00000000 00000000')), 'ntp'],
    ['does not call seven octets on 123 NTP', overUdp(50000, 123, hex('1700032a 000000')), undefined],
    ['does not call binary data on 1900 SSDP', overUdp(50000, 1900, query), undefined],
    ['looks at the service port before the client’s arbitrary one', overUdp(5353, 53, query), 'dns'],
    ['knows an answer by the port that it comes from', overUdp(53, 50000, query), 'dns'],
    ['knows WS-Discovery by its XML', overUdp(50000, 3702, ascii('<?xml version="1.0"?>')), 'wsd'],
    ['refuses TLS records of length zero or beyond the standard', overTcp(443, hex('1703030000')), undefined],
    ['finds nothing in an empty segment', overTcp(443, new Uint8Array(0)), undefined],
  ];
  for (const [sentence, frame, application] of rows) it(sentence, () => assert.equal(recognize(frame), application));
});
