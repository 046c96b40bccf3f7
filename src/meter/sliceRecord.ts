/**
 * How a slice lies in the flow table, and how it leaves it: three records of words.
 *
 * What every packet asks for or changes is a record of 64 octets, one line of a processor's cache: thousands of flows take turns in a
 * network, and what does not lie close by comes from afar. The rest, the whole key among it, lies apart.
 */

import { keyWords } from './flowKey.ts';

/** Words of the record that every packet looks at. The first five say whose it is: see `sliceGuesses.ts`. */
export const countWord = {
  /** Twice the number of its path, and 1 more where the low end is the second machine of that; 0 where it is not known, or the slice is closed. */
  path: 0,
  ports: 1,
  lowAddress: 2,
  highAddress: 3,
  minute: 4,
  /** The latest second of its minute with a packet: see `sliceSeconds.ts`. */
  second: 5,
  /** What the low end sent in the low 8 bits, what the high end sent in the next 8. */
  tcpFlags: 6,
  /** Number of the application protocol in the low 8 bits; above them the packets in which it was looked for. */
  application: 7,
  lowPackets: 12,
  highPackets: 13,
  /** Of the earliest and the latest packet, µs from the start of the minute. */
  firstUs: 14,
  lastUs: 15,
} as const;
/** 64-bit words of the same record. */
export const countDouble = { lowOctets: 4, highOctets: 5 } as const;
export const countWords = 16;
export const applicationBits = 8;

/** Words of the other record, behind the key. */
export const sliceWord = {
  hash: keyWords,
  conversation: keyWords + 1,
  generation: keyWords + 2,
  /** First cell of the seconds before the latest. */
  cell: keyWords + 3,
  highBegan: keyWords + 4,
  bySyn: keyWords + 5,
  /** Next slice of the same minute, of those that are due, or next unused record. */
  next: keyWords + 6,
  faults: keyWords + 7,
  /** Packets in the copy that was handed over early; who began, and the application, in it. */
  copied: keyWords + 8,
  copiedAs: keyWords + 9,
  /** What was counted in other seconds than the latest. */
  lowPacketsBefore: keyWords + 10,
  highPacketsBefore: keyWords + 11,
} as const;
/** 64-bit words of it. */
export const sliceDouble = { lowOctetsBefore: 15, highOctetsBefore: 16 } as const;
export const sliceWords = 34;

/** Words of a slice on its way out, behind the key. */
export const outWord = {
  tcpFlags: keyWords,
  application: keyWords + 1,
  faults: keyWords + 2,
  lowPackets: keyWords + 3,
  highPackets: keyWords + 4,
  highBegan: keyWords + 5,
  bySyn: keyWords + 6,
} as const;
/** 64-bit words of it; times in µs since 1970. */
export const outDouble = { lowOctets: 12, highOctets: 13, firstAt: 14, lastAt: 15 } as const;
export const outWords = 32;
