import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makePrefix, parseAddress } from '../../src/base/address.ts';
import { Fault } from '../../src/base/octets.ts';
import { icmpv6Type } from '../../src/wire/icmpv6.ts';
import { encodeNeighborSolicitation, linkLayerOf, readNdp, solicitedNodeOf } from '../../src/wire/ndp.ts';
import { hex, region } from './hostility.ts';

const target = 'fe80000000000000 02000000000000ff';
const address = parseAddress('fe80::200:0:0:ff') as bigint;
const read = (octets: string, type: number) => readNdp(region(hex(octets)), type);

describe('Neighbour discovery', () => {
  it('reads a solicitation with source link-layer address (RFC 4861 §4.3)', () =>
    assert.deepEqual(read(`00000000 ${target} 0101 020000000001`, 135), {
      kind: 'neighbor-solicitation',
      target: address,
      sourceLinkLayer: 0x0200_0000_0001,
      nonce: undefined,
    }));
  it('reads the nonce of an enhanced duplicate address probe (RFC 7527)', () =>
    assert.deepEqual(read(`00000000 ${target} 0e01 a1a2a3a4a5a6`, 135), {
      kind: 'neighbor-solicitation',
      target: address,
      sourceLinkLayer: undefined,
      nonce: 'a1a2a3a4a5a6',
    }));
  it('reads the three flags of an advertisement, each by its own bit (RFC 4861 §4.4)', () => {
    const flags = (first: string) => {
      const message = read(`${first}000000 ${target} 0201 020000000001`, 136);
      assert.ok(message && !(message instanceof Fault) && message.kind === 'neighbor-advertisement');
      assert.equal(message.targetLinkLayer, 0x0200_0000_0001);
      return [message.router, message.solicited, message.override];
    };
    assert.deepEqual(
      [flags('80'), flags('40'), flags('20')],
      [
        [true, false, false],
        [false, true, false],
        [false, false, true],
      ],
    );
  });
  it('reads a router advertisement with MTU, prefix and resolver (RFC 4861 §4.2, RFC 8106)', () => {
    const prefix = '0304 40 c0 00015180 00003840 00000000 20010db8000000000000000000000000';
    const resolver = '1903 0000 00000e10 20010db8000000000000000000000053';
    assert.deepEqual(read(`40 80 0708 00007530 000003e8 0101 020000000001 0501 0000 000005dc ${prefix} ${resolver}`, 134), {
      kind: 'router-advertisement',
      hopLimit: 64,
      managed: true,
      otherConfiguration: false,
      routerLifetimeSeconds: 1800,
      reachableTimeMs: 30000,
      retransTimerMs: 1000,
      sourceLinkLayer: 0x0200_0000_0001,
      mtu: 1500,
      prefixes: [
        {
          prefix: makePrefix(parseAddress('2001:db8::') as bigint, 64),
          onLink: true,
          autonomous: true,
          validLifetimeSeconds: 86400,
          preferredLifetimeSeconds: 14400,
        },
      ],
      resolvers: [parseAddress('2001:db8::53')],
      resolverLifetimeSeconds: 3600,
    });
  });
  it('reads a redirect (RFC 4861 §4.5)', () =>
    assert.deepEqual(read(`00000000 ${target} 20010db8000000000000000000000001`, 137), {
      kind: 'redirect',
      target: address,
      destination: parseAddress('2001:db8::1'),
      targetLinkLayer: undefined,
    }));
  it('skips options that it does not know', () => {
    const message = read(`00000000 ${target} fe02 0000 00000000 0000000000000000 0101 020000000001`, 135);
    assert.ok(message && !(message instanceof Fault) && linkLayerOf(message) === 0x0200_0000_0001);
  });
  it('gives no group MAC as the address of a machine', () => {
    const message = read(`00000000 ${target} 0101 ffffffffffff`, 135);
    assert.ok(message && !(message instanceof Fault) && linkLayerOf(message) === undefined);
  });
  it('leaves other ICMPv6 types alone', () => assert.equal(read(`00000000 ${target}`, icmpv6Type.echo), undefined));
  it('says what is missing at every length below the fixed part', () => {
    const octets = hex(`00000000 ${target}`);
    for (let end = 0; end < octets.length; end++) {
      const fault = readNdp(region(octets, end), 135);
      assert.ok(fault instanceof Fault && fault.kind === 'truncated' && fault.needed === 20 && fault.had === end);
    }
  });
  it('calls an option that was cut a fault of the whole message', () => {
    const octets = hex(`00000000 ${target} 0101 020000000001`);
    for (let end = 21; end < octets.length; end++) assert.ok(readNdp(region(octets, end), 135) instanceof Fault);
  });
  it('writes the solicitation of RFC 4861 §4.3, checksum aside', () => {
    const message = encodeNeighborSolicitation({ source: 1n, destination: 2n, target: address, sourceLinkLayer: 0x0200_0000_0001 });
    assert.deepEqual(message.with(2, 0).with(3, 0), hex(`8700 0000 00000000 ${target} 0101 020000000001`));
  });
  it('knows the solicited-node group of an address and its MAC', () =>
    assert.deepEqual(solicitedNodeOf(parseAddress('fe80::1:2:abcd') as bigint), {
      address: parseAddress('ff02::1:ff02:abcd'),
      mac: 0x3333_ff02_abcd,
    }));
});
