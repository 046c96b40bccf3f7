/** Name Resolution Blocks of pcapng (draft-ietf-opsawg-pcapng §4.5): what addresses were called when the file was written. */

import { type Address, addressFromIpv4, addressFromWords } from '../base/address.ts';
import { Fault } from '../base/octets.ts';
import type { AddressNames } from './frameBlock.ts';

const record = { end: 0, ipv4: 1, ipv6: 2 } as const;
const addressLength: Readonly<Record<number, number>> = { [record.ipv4]: 4, [record.ipv6]: 16 };
const namesKept = 10_000;

/** Each pair of an address and a name once, in the order of the file, up to a bound. */
export class NameList implements AddressNames {
  readonly names: { readonly address: Address; readonly name: string }[] = [];
  leftOut = 0;
  private readonly seen = new Set<string>();

  /**
   * `body`: the block without its type and lengths; what is kept is copied. The fault is where a record runs past the end, after those
   * before it. Records of other kinds (EUI-48, EUI-64) and the options behind them are passed over.
   *
   * @param position of the body in the file
   */
  read(body: DataView, littleEndian: boolean, position: number): Fault | undefined {
    for (let at = 0; at + 4 <= body.byteLength; ) {
      const kind = body.getUint16(at, littleEndian);
      if (kind === record.end) return undefined;
      const length = body.getUint16(at + 2, littleEndian);
      const valueAt = at + 4;
      if (valueAt + length > body.byteLength)
        return new Fault('pcapng', 'overrun', position + valueAt, length, body.byteLength - valueAt, 'pcapng.blockLength');
      const needed = addressLength[kind];
      if (needed !== undefined && length < needed)
        return new Fault('pcapng', 'overrun', position + valueAt, needed, length, 'pcapng.nrbRecordLength');
      if (needed !== undefined) this.add(addressAt(body, valueAt, kind), body, valueAt + needed, valueAt + length);
      // Values are padded to 32 bits; the four octets of kind and length make every step advance.
      at = valueAt + length + (-length & 3);
    }
    return undefined;
  }

  /** Names end in an octet of zero each. */
  private add(address: Address, body: DataView, at: number, end: number): void {
    for (const name of new TextDecoder().decode(new Uint8Array(body.buffer, body.byteOffset + at, end - at)).split('\0')) {
      const key = `${address} ${name}`;
      if (name === '' || this.seen.has(key)) continue;
      if (this.names.length >= namesKept) {
        this.leftOut++;
        continue;
      }
      this.seen.add(key);
      this.names.push({ address, name });
    }
  }
}

/** Addresses are in network order, whatever the order of the file. */
function addressAt(body: DataView, at: number, kind: number): Address {
  if (kind === record.ipv4) return addressFromIpv4(body.getUint32(at));
  return addressFromWords(body.getUint32(at), body.getUint32(at + 4), body.getUint32(at + 8), body.getUint32(at + 12));
}
