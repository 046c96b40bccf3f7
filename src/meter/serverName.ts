/** The name that a client asks for inside of a connection: SNI of its ClientHello, or the host of its HTTP request. */

import { OctetCache } from '../base/octetCache.ts';
import { Fault, latin1 } from '../base/octets.ts';
import type { FlowRecord } from '../record/flow.ts';
import type { HeaderBatch } from '../wire/headerBatch.ts';
import { PlainHello } from '../wire/plainHello.ts';
import { assembleClientHellos, assembleHttpRequests, mayBeginHead } from '../wire/streamHeads.ts';
import { handshake } from '../wire/tls.ts';

export interface ServerName {
  readonly name: string;
  readonly evidence: NonNullable<FlowRecord['serverNameEvidence']>;
}

const form = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;
const longest = 253;

/**
 * Letters, digits, hyphens and underscores in labels of at most 63 octets, 253 in all (RFC 1123 §2.1; underscores occur).
 * Lower case, without a trailing dot; `undefined` when the text is nothing of the kind.
 */
export function plausibleHostName(text: string): string | undefined {
  const lower = text.toLowerCase();
  const name = lower.endsWith('.') ? lower.slice(0, -1) : lower;
  return name.length <= longest && form.test(name) ? name : undefined;
}

export class ServerNames {
  /** Names that cannot be host names. */
  implausible = 0;
  private readonly clientHellos = assembleClientHellos();
  private readonly httpRequests = assembleHttpRequests();
  private readonly plainHello = new PlainHello();
  /** Names in plain hellos; `undefined` for what cannot be one. */
  private readonly plainNames = new OctetCache((octets, at, length) => named(latin1(octets, at, length), 'tls-sni'));

  /** @param hear told of the time in each ClientHello that has one, with the row that completed it */
  constructor(private readonly hear: (gmtUnixTime: number, batch: HeaderBatch, row: number) => void = () => undefined) {}

  /** Messages that were given up before they were complete. */
  get givenUp(): number {
    return this.clientHellos.givenUp + this.httpRequests.givenUp;
  }

  /** The name in the segment of `row`, alone or with those before it; a fault when it began well and broke. */
  find(batch: HeaderBatch, row: number): ServerName | Fault | undefined {
    const first = batch.octets[batch.payloadAt[row] as number] as number;
    const isAwaited = this.clientHellos.awaits(batch, row) || this.httpRequests.awaits(batch, row);
    if (!isAwaited) {
      if (!mayBeginHead(first)) return undefined;
      if (first === handshake && this.isPlainHello(batch, row)) return this.namedPlainly(batch, row);
    }
    const hello = this.clientHellos.add(batch, row);
    if (hello instanceof Fault) return hello;
    if (hello) {
      if (hello.gmtUnixTime !== undefined) this.hear(hello.gmtUnixTime, batch, row);
      return this.counted(hello.serverName, named(hello.serverName, 'tls-sni'));
    }
    const requests = this.httpRequests.add(batch, row);
    if (requests instanceof Fault) return requests;
    const host = requests?.find((request) => request.host !== undefined)?.host;
    return this.counted(host, named(host, 'http-host'));
  }

  private isPlainHello(batch: HeaderBatch, row: number): boolean {
    return this.plainHello.read(batch.view, batch.payloadAt[row] as number, batch.payloadEnd[row] as number);
  }

  private namedPlainly(batch: HeaderBatch, row: number): ServerName | undefined {
    const { gmtUnixTime, nameAt, nameLength } = this.plainHello;
    if (gmtUnixTime >= 0) this.hear(gmtUnixTime, batch, row);
    if (nameLength === 0) return undefined;
    const name = this.plainNames.get(batch.octets, nameAt, nameLength);
    if (name === undefined) this.implausible++;
    return name;
  }

  private counted(text: string | undefined, name: ServerName | undefined): ServerName | undefined {
    if (name === undefined && text !== undefined && text !== '') this.implausible++;
    return name;
  }
}

function named(text: string | undefined, evidence: ServerName['evidence']): ServerName | undefined {
  const name = text === undefined || text === '' ? undefined : plausibleHostName(text);
  return name === undefined ? undefined : { name, evidence };
}
