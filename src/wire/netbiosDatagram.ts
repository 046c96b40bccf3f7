/** NetBIOS datagrams (RFC 1002 §4.4) and the Windows browser protocol in them (MS-BRWS §2.2, over SMB mailslots: MS-MAIL §2.2.1). */

import { type Address, addressFromIpv4, ipv4Word } from '../base/address.ts';
import { type Decoded, Fault, latin1, type Region, uint8, uint16LittleEndian, uint32, within } from '../base/octets.ts';
import { appendNetbiosName, type NetbiosName, netbiosSuffix, readNetbiosName } from './netbiosName.ts';
import { OctetBuilder } from './octetBuilder.ts';

export const netbiosDatagramPort = 138;
const headerLength = 14;
const datagramType = { directUnique: 0x10, directGroup: 0x11, broadcast: 0x12 } as const;

/** Offsets from the start of the SMB header, octets (MS-CIFS §2.2.4.33.1). */
const smbAt = { command: 4, wordCount: 32, dataCount: 55, dataOffset: 57, name: 69 } as const;
const smbMagic = 0xff534d42;
const smbTransaction = 0x25;
const longestMailslotName = 64;
const browseMailslot = '\\MAILSLOT\\BROWSE';

/** First octet of a browser frame (MS-BRWS §2.2). */
export const browserCommand = {
  hostAnnouncement: 0x01,
  announcementRequest: 0x02,
  requestElection: 0x08,
  getBackupListRequest: 0x09,
  getBackupListResponse: 0x0a,
  domainAnnouncement: 0x0c,
  localMasterAnnouncement: 0x0f,
} as const;

export interface NetbiosDatagram {
  readonly sourceName: string;
  readonly sourceSuffix: number;
  /** As the sender writes it; a router that translates addresses does not change it. */
  readonly sourceAddress: Address;
  readonly destinationName: string;
  readonly destinationSuffix: number;
  readonly mailslot?: string;
  /** Of `browserCommand`, when the mailslot is BROWSE or LANMAN. */
  readonly browserCommand?: number;
  /** The computer (of a host or local master announcement) or the domain (of a domain announcement). */
  readonly announcedName?: string;
}

/** `undefined` for other datagram types (errors, queries). Everything returned is copied. */
export function readNetbiosDatagram(region: Region): Decoded<NetbiosDatagram> {
  const fault = within(region, headerLength, 'netbios.datagram');
  if (fault) return fault;
  const { octets, at } = region;
  const type = uint8(octets, at);
  if (type < datagramType.directUnique || type > datagramType.broadcast) return undefined;
  const source = readNetbiosName({ ...region, at: at + headerLength });
  if (source instanceof Fault) return source;
  const destination = readNetbiosName({ ...region, at: source.nextAt });
  if (destination instanceof Fault) return destination;
  return {
    sourceName: source.value.name,
    sourceSuffix: source.value.suffix,
    sourceAddress: addressFromIpv4(uint32(octets, at + 4)),
    destinationName: destination.value.name,
    destinationSuffix: destination.value.suffix,
    ...readMailslot({ ...region, at: destination.nextAt }),
  };
}

/** Nothing where the data are no mailslot message or are cut: the names of the datagram stand without it. */
function readMailslot(smb: Region): Pick<NetbiosDatagram, 'mailslot' | 'browserCommand' | 'announcedName'> {
  if (within(smb, smbAt.name + 1, 'smb')) return {};
  const { octets, at } = smb;
  if (uint32(octets, at) !== smbMagic || uint8(octets, at + smbAt.command) !== smbTransaction) return {};
  if (uint8(octets, at + smbAt.wordCount) !== 17) return {};
  const mailslot = textUntilZero({ ...smb, at: at + smbAt.name }, longestMailslotName);
  if (!/^\\MAILSLOT\\/i.test(mailslot)) return {};
  const data: Region = { ...smb, at: at + uint16LittleEndian(octets, at + smbAt.dataOffset) };
  if (!/^\\MAILSLOT\\(BROWSE|LANMAN)$/i.test(mailslot) || within(data, 1, 'browser')) return { mailslot };
  const command = uint8(octets, data.at);
  const announcedName = readAnnouncedName(data, command);
  return { mailslot, browserCommand: command, ...(announcedName === undefined ? {} : { announcedName }) };
}

/** The three announcements share the form: command, update count, periodicity, then sixteen octets of name (MS-BRWS §2.2.1, §2.2.6, §2.2.10). */
function readAnnouncedName(frame: Region, command: number): string | undefined {
  switch (command) {
    case browserCommand.hostAnnouncement:
    case browserCommand.localMasterAnnouncement:
    case browserCommand.domainAnnouncement:
      return within(frame, 22, 'browser') ? undefined : textUntilZero({ ...frame, at: frame.at + 6 }, 16);
    default:
      return undefined;
  }
}

function textUntilZero(region: Region, longest: number): string {
  const length = Math.min(longest, region.end - region.at);
  return latin1(region.octets, region.at, length).replace(/\0.*$/s, '');
}

export interface BrowserAnnouncementFields {
  /** Of `browserCommand`: host, local master or domain announcement. */
  readonly command: number;
  readonly sourceName: string;
  readonly sourceAddress: Address;
  /** Workgroup or domain that the datagram is addressed to. */
  readonly groupName: string;
  /** Unless given, the sender's own name. */
  readonly announcedName?: string;
  readonly datagramId?: number;
  /** MS-BRWS §2.2.1; workstation, server, NT workstation unless given. */
  readonly serverType?: number;
  readonly comment?: string;
}

/** A whole NetBIOS datagram to a group, with an announcement for \MAILSLOT\BROWSE. */
export function encodeBrowserAnnouncement(fields: BrowserAnnouncementFields): Uint8Array {
  const suffix = fields.command === browserCommand.hostAnnouncement ? netbiosSuffix.localMaster : netbiosSuffix.election;
  const names = new OctetBuilder();
  appendNetbiosName(names, { name: fields.sourceName, suffix: netbiosSuffix.workstation });
  appendNetbiosName(names, { name: fields.groupName, suffix } satisfies NetbiosName);
  const data = encodeMailslotWrite(browseMailslot, encodeAnnouncement(fields));
  // Flags 0x0a: first fragment, M node; the length counts what follows the 14 octets of the header.
  return new OctetBuilder()
    .uint8(datagramType.directGroup)
    .uint8(0x0a)
    .uint16(fields.datagramId ?? 1)
    .uint32(ipv4Word(fields.sourceAddress))
    .uint16(netbiosDatagramPort)
    .uint16(names.length + data.length)
    .uint16(0)
    .octets(names.finish())
    .octets(data)
    .finish();
}

function encodeAnnouncement(fields: BrowserAnnouncementFields): Uint8Array {
  const name = (fields.announcedName ?? fields.sourceName).slice(0, 15);
  const twelveMinutesMs = 720_000;
  return new OctetBuilder()
    .uint8(fields.command)
    .uint8(0)
    .uint32LittleEndian(twelveMinutesMs)
    .latin1(name.padEnd(16, '\0'))
    .uint8(10)
    .uint8(0)
    .uint32LittleEndian(fields.serverType ?? 0x00001003)
    .uint8(15)
    .uint8(1)
    .uint16LittleEndian(0xaa55)
    .latin1(`${fields.comment ?? ''}\0`)
    .finish();
}

/** SMB_COM_TRANSACTION that writes to a mailslot, class 2 (unreliable). All words are little-endian. */
function encodeMailslotWrite(mailslot: string, data: Uint8Array): Uint8Array {
  const name = `${mailslot}\0`;
  const dataOffset = smbAt.name + name.length;
  return new OctetBuilder()
    .uint32(smbMagic)
    .uint8(smbTransaction)
    .fill(27)
    .uint8(17)
    .uint16LittleEndian(0)
    .uint16LittleEndian(data.length)
    .fill(2)
    .fill(2)
    .fill(2)
    .fill(2)
    .uint32LittleEndian(1000)
    .fill(2)
    .uint16LittleEndian(0)
    .uint16LittleEndian(0)
    .uint16LittleEndian(data.length)
    .uint16LittleEndian(dataOffset)
    .uint8(3)
    .uint8(0)
    .uint16LittleEndian(1)
    .uint16LittleEndian(1)
    .uint16LittleEndian(2)
    .uint16LittleEndian(name.length + data.length)
    .latin1(name)
    .octets(data)
    .finish();
}
