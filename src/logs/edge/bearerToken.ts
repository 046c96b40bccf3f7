/** The token that a sender of logs must present (RFC 6750 §2.1), kept in a file. */

import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Failure } from '../../base/failure.ts';

const shortest = 16;
const longest = 4096;

export class BearerToken {
  private readonly digest: Buffer;

  constructor(token: string) {
    this.digest = digestOf(token);
  }

  /** Throws a `Failure` when the file holds no token that is worth the name. */
  static async fromFile(path: string): Promise<BearerToken> {
    let text: string;
    try {
      text = (await readFile(path, 'utf8')).trim();
    } catch (cause) {
      throw new Failure('LOGS_TOKEN', `the token file ${path} cannot be read`, 'check logs.http.tokenFile and its permissions', { cause });
    }
    if (text.length < shortest || text.length > longest || /[^\x21-\x7e]/.test(text))
      throw new Failure(
        'LOGS_TOKEN',
        `the token in ${path} is not ${shortest} to ${longest} printable characters without blanks`,
        'make one with "openssl rand -hex 32"',
      );
    return new BearerToken(text);
  }

  /** Of the Authorization header. Digests are compared, in a time that tells nothing about the token. */
  accepts(header: string | undefined): boolean {
    const found = /^Bearer +([\x21-\x7e]{1,4096})$/i.exec(header ?? '');
    return timingSafeEqual(digestOf(found?.[1] ?? ''), this.digest) && found !== null;
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
