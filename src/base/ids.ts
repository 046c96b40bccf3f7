/** Identities that follow from content: the same facts get the same ids on every machine and in every order. */

import { createHash } from 'node:crypto';

export type IdPart = string | number | bigint | boolean | null;

/** 32 hexadecimal digits of SHA-256 over the parts; each part carries its type and length, so `('a','bc')` ≠ `('ab','c')`. */
export function deriveId(...parts: readonly IdPart[]): string {
  let text = '';
  for (const part of parts) {
    const own = String(part);
    text += `${part === null ? 'null' : typeof part}:${own.length}:${own};`;
  }
  // As UTF-16, because UTF-8 would turn every surrogate that stands alone into the same replacement character.
  return createHash('sha256').update(text, 'utf16le').digest('hex').slice(0, 32);
}

/** SHA-1 over octets, base64: for names that other tools compute alike. Not for anything that must resist an attacker. */
export function sha1Base64(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest('base64');
}
