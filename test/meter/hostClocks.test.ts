import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAddress } from '../../src/base/address.ts';
import { hour, minute, second } from '../../src/base/time.ts';
import { encodeKerberosError } from '../../src/wire/kerberos.ts';
import { encodeNtp, ntpMode } from '../../src/wire/ntp.ts';
import { encodeSmbNegotiation } from '../../src/wire/smb2.ts';
import { encodeClientHello } from '../../src/wire/tls.ts';
import { client, type Frame, flags, machine, meterAll, start, tcp, udp } from './frames.ts';

const server = machine('02:00:00:00:00:dc', '192.168.0.2');
const ntp = (atUs: number, hostTime: number, mode: number = ntpMode.client) =>
  udp(atUs, client, server, 123, 123, encodeNtp({ mode, transmittedAtUs: hostTime }));
const seen = (frames: readonly Frame[]) =>
  meterAll(frames).kept.clocks.map(({ mac, address, hostTime, capturedAt, protocol }) => [
    mac === client.mac ? 'client' : 'server',
    formatAddress(address),
    (hostTime - capturedAt) / second,
    protocol,
  ]);

describe('clocks that hosts send', () => {
  it('takes the transmit time of a client for its clock', () =>
    assert.deepEqual(seen([ntp(start, start - 212 * second)]), [['client', formatAddress(client.address), -212, 'ntp']]));
  it('takes a random transmit time for none, and counts it', () => {
    const { meter, kept } = meterAll([ntp(start, start + 40_000 * hour)]);
    assert.deepEqual([kept.clocks, meter.leftOut['clock-implausible']], [[], 1]);
  });
  it('takes the time of an SMB server for the clock of the server', () => {
    const data = encodeSmbNegotiation({ dialect: 0x0311, systemTimeUs: start + 30 * second });
    assert.deepEqual(seen([tcp(start, server, client, [445, 50_000], flags.ack, { data })]), [
      ['server', formatAddress(server.address), 30, 'smb2'],
    ]);
  });
  it('takes the two times of a KRB-ERROR for the clocks of its two ends, over UDP and over TCP', () => {
    const error = encodeKerberosError({ errorCode: 37, serverTimeUs: start + second, clientTimeUs: start - 400 * second });
    const both = [
      ['server', formatAddress(server.address), 1, 'kerberos'],
      ['client', formatAddress(client.address), -400, 'kerberos-client'],
    ];
    assert.deepEqual(seen([udp(start, server, client, 88, 50_000, error)]), both);
    const data = Uint8Array.of(0, 0, 0, error.length, ...error);
    assert.deepEqual(seen([tcp(start, server, client, [88, 50_000], flags.ack, { data })]), both);
  });
  const hello = (atUs: number, gmtUnixTime: number) =>
    tcp(atUs, client, server, [50_000, 443], flags.ack, { data: encodeClientHello({ serverName: 'a.example', gmtUnixTime }) });
  it('takes the time in a ClientHello of TLS 1.2 for the clock of the client, to the middle of its second', () =>
    assert.deepEqual(seen([hello(start, start / second - 212)]), [['client', formatAddress(client.address), -211.5, 'tls']]));
  it('takes random octets of a ClientHello for no time, and does not hold that against the client', () => {
    const { meter, kept } = meterAll([hello(start, 0x9d00_1234)]);
    assert.deepEqual([kept.clocks, meter.leftOut['clock-implausible']], [[], 0]);
  });
  it('writes what connections say once in five minutes', () => {
    const frames = [0, 1, 3, 5].map((minutes) => hello(start + minutes * minute, start / second + minutes * 60));
    assert.equal(seen(frames).length, start % (5 * minute) === 0 ? 2 : Number.NaN);
  });
  it('writes one for each minute', () => {
    const frames = [0, 10, 20, 60].map((seconds) => ntp(start + seconds * second, start + seconds * second));
    assert.equal(start % minute, 0);
    assert.equal(seen(frames).length, 2);
  });
});
