import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressFromIpv4 } from '../../src/base/address.ts';
import { Fault } from '../../src/base/octets.ts';
import {
  encodeNbnsQuery,
  encodeNbnsRegistration,
  encodeNbnsResponse,
  type NbnsMessage,
  nbnsOpcode,
  readNbns,
} from '../../src/wire/nbns.ts';
import { browserCommand, encodeBrowserAnnouncement, readNetbiosDatagram } from '../../src/wire/netbiosDatagram.ts';
import { decodeNetbiosName, encodeNetbiosLetters, readNetbiosName } from '../../src/wire/netbiosName.ts';
import { concatenate } from '../../src/wire/octetBuilder.ts';
import { accepted, ascii, hex, region } from './hostility.ts';

const address = addressFromIpv4(0xc0a80017);

function nbns(octets: Uint8Array): NbnsMessage {
  return accepted(readNbns(region(octets)));
}

describe('NetBIOS names', () => {
  // RFC 1001 §14.1 encodes "FRED" and twelve blanks.
  it('decodes and encodes the FRED of RFC 1001 §14.1', () => {
    assert.deepEqual(decodeNetbiosName('EGFCEFEECACACACACACACACACACACACA'), { name: 'FRED', suffix: 0x20 });
    assert.equal(encodeNetbiosLetters({ name: 'FRED', suffix: 0x20 }), 'EGFCEFEECACACACACACACACACACACACA');
  });
  it('pads the name that stands for all with zeroes', () =>
    assert.equal(encodeNetbiosLetters({ name: '*', suffix: 0 }), `CK${'A'.repeat(30)}`));
  it('refuses letters beyond P and other lengths', () => {
    for (const text of ['QGFCEFEECACACACACACACACACACACACA', 'EGFCEFEE', '']) assert.equal(decodeNetbiosName(text), undefined);
  });
  it('skips a scope, which must end', () => {
    const label = concatenate(Uint8Array.of(32), ascii('EGFCEFEECACACACACACACACACACACACA'));
    const scoped = region(concatenate(label, hex('03 6e6574 00 ff')));
    const read = readNetbiosName(scoped);
    assert.ok(!(read instanceof Fault) && read.nextAt - scoped.at === 38);
    const endless = readNetbiosName(region(concatenate(label, new Uint8Array(400).fill(1))));
    assert.ok(endless instanceof Fault && endless.kind === 'malformed');
  });
});

describe('NetBIOS datagrams', () => {
  const announcement = encodeBrowserAnnouncement({
    command: browserCommand.hostAnnouncement,
    sourceName: 'BOX',
    sourceAddress: address,
    groupName: 'WORKGROUP',
  });

  it('reads who announces what to whom', () =>
    assert.deepEqual(readNetbiosDatagram(region(announcement)), {
      sourceName: 'BOX',
      sourceSuffix: 0,
      sourceAddress: address,
      destinationName: 'WORKGROUP',
      destinationSuffix: 0x1d,
      mailslot: '\\MAILSLOT\\BROWSE',
      browserCommand: 1,
      announcedName: 'BOX',
    }));
  it('keeps the names of a datagram whose mailslot was cut off', () => {
    for (let end = 82; end < announcement.length; end++) {
      const read = readNetbiosDatagram(region(announcement, end));
      assert.ok(read && !(read instanceof Fault) && read.sourceName === 'BOX', `cut at ${end}`);
    }
    for (let end = 0; end < 82; end++) assert.ok(readNetbiosDatagram(region(announcement, end)) instanceof Fault, `cut at ${end}`);
  });
  it('says which domain a domain announcement is about', () => {
    const read = readNetbiosDatagram(
      region(
        encodeBrowserAnnouncement({
          command: browserCommand.domainAnnouncement,
          sourceName: 'BOX',
          sourceAddress: address,
          groupName: 'WG',
          announcedName: 'OTHER',
        }),
      ),
    );
    assert.ok(read && !(read instanceof Fault) && read.announcedName === 'OTHER' && read.destinationSuffix === 0x1e);
  });
  it('leaves error datagrams alone', () => assert.equal(readNetbiosDatagram(region(announcement.with(0, 0x13))), undefined));
});

describe('The NetBIOS name service', () => {
  // RFC 1002 §4.2.12: broadcast query, recursion desired, name BOX<20>, type NB.
  const query = concatenate(hex('0003 0110 0001 0000 0000 0000 20'), ascii('ECEPFICACACACACACACACACACACACACA'), hex('00 0020 0001'));

  it('writes a query as RFC 1002 describes it', () => assert.deepEqual(encodeNbnsQuery({ id: 3, name: 'BOX', suffix: 0x20 }), query));
  it('reads it', () => assert.deepEqual(nbns(query).questions, [{ name: 'BOX', suffix: 0x20, type: 0x20 }]));
  it('reads the claimed address of a registration behind a pointer', () => {
    const { opcode, isResponse, records } = nbns(encodeNbnsRegistration({ id: 3, name: 'BOX', suffix: 0, address, ttlSeconds: 300000 }));
    assert.deepEqual([opcode, isResponse], [nbnsOpcode.registration, false]);
    assert.deepEqual(records, [{ name: 'BOX', suffix: 0, type: 0x20, ttlSeconds: 300000, addresses: [address], isGroup: false }]);
  });
  it('reads the answer to a query', () => {
    const { isResponse, records } = nbns(encodeNbnsResponse({ id: 3, name: 'BOX', suffix: 0x20, address, ttlSeconds: 60 }));
    assert.deepEqual([isResponse, records[0]?.addresses], [true, [address]]);
  });
  it('leaves out questions whose names are not encoded', () =>
    assert.deepEqual(nbns(hex('0003 0110 0001 0000 0000 0000 03 626f78 00 0020 0001')).questions, []));
});
