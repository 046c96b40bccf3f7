/** The name that a client asks for inside of a connection: SNI of its ClientHello, or the host of its HTTP request. */

import { Fault } from '../base/octets.ts';
import type { FlowRecord } from '../record/flow.ts';
import type { HeaderBatch } from '../wire/headerBatch.ts';
import { assembleClientHellos, assembleHttpRequests, mayBeginHead } from '../wire/streamHeads.ts';
import type { ClientHello } from '../wire/tls.ts';

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

  /** @param hear told of each ClientHello, with the row that completed it */
  constructor(private readonly hear: (hello: ClientHello, batch: HeaderBatch, row: number) => void = () => undefined) {}

  /** Messages that were given up before they were complete. */
  get givenUp(): number {
    return this.clientHellos.givenUp + this.httpRequests.givenUp;
  }

  /** The name in the segment of `row`, alone or with those before it; a fault when it began well and broke. */
  find(batch: HeaderBatch, row: number): ServerName | Fault | undefined {
    const first = batch.octets[batch.payloadAt[row] as number] as number;
    if (!mayBeginHead(first) && !this.clientHellos.awaits(batch, row) && !this.httpRequests.awaits(batch, row)) return undefined;
    const hello = this.clientHellos.add(batch, row);
    if (hello instanceof Fault) return hello;
    if (hello) {
      this.hear(hello, batch, row);
      return this.named(hello.serverName, 'tls-sni');
    }
    const requests = this.httpRequests.add(batch, row);
    if (requests instanceof Fault) return requests;
    return requests ? this.named(requests.find(({ host }) => host !== undefined)?.host, 'http-host') : undefined;
  }

  private named(text: string | undefined, evidence: ServerName['evidence']): ServerName | undefined {
    if (text === undefined || text === '') return undefined;
    const name = plausibleHostName(text);
    if (name !== undefined) return { name, evidence };
    this.implausible++;
    return undefined;
  }
}
