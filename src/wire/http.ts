/**
 * HTTP/1: the start line and Host of a request (RFC 9112 §2, §3.2; Host: RFC 9110 §7.2), the status line of a response; the simple request of
 * HTTP/0.9 (RFC 1945 §4.1), which names no host.
 */

import { type Decoded, Fault, latin1, malformed, type Region, uint8, within } from '../base/octets.ts';

/** A head longer than this is not searched further. */
const longestHead = 16384;
const method = /^[A-Z][A-Z-]{2,19}$/;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/** First four letters of the methods of RFC 9110 §9, PATCH (RFC 5789), WebDAV (RFC 4918) and UPnP eventing. */
const methodStarts = [
  'GET ',
  'HEAD',
  'POST',
  'PUT ',
  'DELE',
  'CONN',
  'OPTI',
  'TRAC',
  'PATC',
  'PROP',
  'MKCO',
  'COPY',
  'MOVE',
  'LOCK',
  'UNLO',
  'SUBS',
  'UNSU',
  'NOTI',
  'REPO',
];
const starts: ReadonlySet<number> = new Set(
  methodStarts.map((four) => [...four].reduce((word, letter) => word * 256 + letter.charCodeAt(0), 0)),
);

/** Whether the first four octets, as one number, begin a request of a known method: the test that costs next to nothing. */
export function beginsHttpRequest(firstFourOctets: number): boolean {
  return starts.has(firstFourOctets);
}

/** Whether `octet` may begin the name of a method: all of them are written in capital letters. */
export function mayBeginMethod(octet: number): boolean {
  return octet >= 0x41 && octet <= 0x5a;
}

export interface HttpRequest {
  readonly method: string;
  /** As written: a path, an absolute URI (through a proxy), or `host:port` (CONNECT). */
  readonly target: string;
  /** Whom the request is for: of the target when it names a host, else of the Host field. Lower case, without the port. */
  readonly host: string | undefined;
  /** As written beside `host`. */
  readonly port: number | undefined;
  readonly userAgent: string | undefined;
  /** The empty line that ends the head was seen. */
  readonly isWhole: boolean;
  /** Octets of the head as far as it was seen. */
  readonly headOctets: number;
  /** Octets of the body behind the head; `undefined` where only reading on would tell (chunks, a tunnel, a changed protocol). */
  readonly bodyOctets: number | undefined;
}

/** `undefined` when the octets do not begin an HTTP/1 request. Copied. */
export function readHttpRequest(region: Region): Decoded<HttpRequest> {
  const fault = within(region, 4, 'http');
  if (fault) return fault;
  // The first letter settles it for most of what is not HTTP, before any text is made.
  if (!mayBeginMethod(uint8(region.octets, region.at))) return undefined;
  const line = lineAt(region, region.at);
  const parts = line.text.split(' ');
  const [verb = '', target = '', version = ''] = parts;
  if (!method.test(verb)) return undefined;
  // The start line may go on in the next segment: so far it is one.
  if (!line.isWhole && parts.length < 3) return within(region, region.end - region.at + 1, 'http');
  if (target === '') return undefined;
  const isSimple = line.isWhole && parts.length === 2 && verb === 'GET' && target.startsWith('/');
  if (isSimple) {
    const headOctets = line.nextAt - region.at;
    return {
      method: verb,
      target,
      host: undefined,
      port: undefined,
      userAgent: undefined,
      isWhole: true,
      headOctets,
      bodyOctets: undefined,
    };
  }
  if (line.isWhole ? parts.length !== 3 || !/^HTTP\/1\.[01]$/.test(version) : !'HTTP/1.'.startsWith(version.slice(0, 7))) return undefined;
  const head = readFields({ ...region, at: line.nextAt }, requestFields);
  const named = authorityOf(verb, target) ?? head.fields.get('host');
  const { host, port } = splitAuthority(named);
  if (named !== undefined && named !== '' && host === undefined) return malformed('http', region.at, 'host is no name or address');
  const userAgent = head.fields.get('user-agent');
  const bodyOctets = verb === 'CONNECT' ? undefined : bodyLength(head.fields);
  return { method: verb, target, host, port, userAgent, isWhole: head.isWhole, headOctets: head.nextAt - region.at, bodyOctets };
}

const requestFields = ['host', 'user-agent', 'content-length', 'transfer-encoding', 'upgrade'];

/** RFC 9112 §6.3: without Content-Length and Transfer-Encoding a request has no body. */
function bodyLength(fields: ReadonlyMap<string, string>): number | undefined {
  if (fields.has('transfer-encoding') || fields.has('upgrade')) return undefined;
  const length = fields.get('content-length');
  if (length === undefined) return 0;
  return /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

/** Requests of one segment or of joined ones that are read, pipelined ones (RFC 9112 §9.3.2) among them. */
const mostRequests = 64;

/**
 * The requests at the start of `region`, the data of a TCP stream, one behind the other's body. `undefined` and faults are those of the
 * first; a further one that is cut before its Host is left out: `wholeHttpLength` says where it begins.
 */
export function readHttpRequests(region: Region): Decoded<readonly HttpRequest[]> {
  const first = readUntilHost(region);
  if (first === undefined || first instanceof Fault) return first;
  const requests = [first];
  for (let next = behind(region, first); next !== undefined && requests.length < mostRequests; ) {
    const request = readUntilHost(next);
    if (request === undefined || request instanceof Fault) break;
    requests.push(request);
    next = behind(next, request);
  }
  return requests;
}

/** Octets before a request that begins in `region`, behind others, and that later segments complete; all of them where there is none. */
export function wholeHttpLength(region: Region): number {
  let rest: Region | undefined = region;
  for (let count = 0; rest !== undefined && count < mostRequests; count++) {
    const request = readUntilHost(rest);
    if (request instanceof Fault && request.kind === 'truncated' && count > 0) return rest.at - region.at;
    if (request === undefined || request instanceof Fault) break;
    rest = behind(rest, request);
  }
  return region.end - region.at;
}

/** Waits for the Host field, not for the end of the head. */
function readUntilHost(region: Region): Decoded<HttpRequest> {
  const request = readHttpRequest(region);
  if (request === undefined || request instanceof Fault || request.isWhole || request.host !== undefined) return request;
  return new Fault('http', 'truncated', region.at, region.end - region.at + 1, region.end - region.at, region.limitedBy);
}

function behind(region: Region, { isWhole, headOctets, bodyOctets }: HttpRequest): Region | undefined {
  if (!isWhole || bodyOctets === undefined || headOctets + bodyOctets >= region.end - region.at) return undefined;
  return { ...region, at: region.at + headOctets + bodyOctets };
}

/** RFC 9112 §3.2.2: an absolute target overrules Host. §3.2.3: CONNECT has `host:port` alone. */
function authorityOf(verb: string, target: string): string | undefined {
  if (verb === 'CONNECT') return target;
  return /^https?:\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(target)?.[1];
}

function splitAuthority(authority: string | undefined): { host: string | undefined; port: number | undefined } {
  const found = /^(\[[0-9a-fA-F:.]+\]|[\x21-\x39\x3b-\x5a\x5c\x5e-\x7e]+)(?::(\d{1,5}))?$/.exec(authority ?? '');
  const host = found?.[1]
    ?.toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  return { host: host === '' ? undefined : host, port: found?.[2] === undefined ? undefined : Number(found[2]) };
}

export interface HttpResponse {
  readonly status: number;
  readonly server: string | undefined;
}

/** `undefined` when the octets do not begin an HTTP/1 response. Copied. */
export function readHttpResponse(region: Region): Decoded<HttpResponse> {
  const fault = within(region, 4, 'http');
  if (fault) return fault;
  if (latin1(region.octets, region.at, 4) !== 'HTTP') return undefined;
  const line = lineAt(region, region.at);
  const found = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(line.text);
  if (!found) return undefined;
  const head = readFields({ ...region, at: line.nextAt }, ['server']);
  return { status: Number(found[1]), server: head.fields.get('server') };
}

interface Line {
  /** Without its end. */
  readonly text: string;
  readonly nextAt: number;
  /** Its end was seen. */
  readonly isWhole: boolean;
}

/** The line at `at`, ended by CR LF or by LF alone (RFC 9112 §2.2). */
function lineAt(region: Region, at: number): Line {
  const limit = Math.min(region.end, at + longestHead);
  let end = at;
  while (end < limit && uint8(region.octets, end) !== lineFeed) end++;
  const isWhole = end < limit;
  const hasReturn = isWhole && end > at && uint8(region.octets, end - 1) === carriageReturn;
  return { text: latin1(region.octets, at, (hasReturn ? end - 1 : end) - at), nextAt: isWhole ? end + 1 : end, isWhole };
}

/** The first value of each field in `names` (lower case). A last line whose end was not captured may be cut in half and is left out. */
export function readFields(region: Region, names: readonly string[]): { fields: Map<string, string>; isWhole: boolean; nextAt: number } {
  const fields = new Map<string, string>();
  const head: Region = { ...region, end: Math.min(region.end, region.at + longestHead) };
  let at = region.at;
  while (at < head.end) {
    const line = lineAt(head, at);
    if (!line.isWhole) break;
    if (line.text === '') return { fields, isWhole: true, nextAt: line.nextAt };
    const colon = line.text.indexOf(':');
    const name = line.text.slice(0, Math.max(0, colon)).toLowerCase();
    if (names.includes(name) && !fields.has(name)) fields.set(name, line.text.slice(colon + 1).trim());
    at = line.nextAt;
  }
  return { fields, isWhole: false, nextAt: at };
}

export interface HttpRequestFields {
  readonly method?: string;
  readonly target: string;
  /** Value of the Host field; left out when not given. */
  readonly host?: string;
  readonly userAgent?: string;
}

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

export function encodeHttpRequest(fields: HttpRequestFields): Uint8Array {
  const lines = [`${fields.method ?? 'GET'} ${fields.target} HTTP/1.1`];
  if (fields.host !== undefined) lines.push(`Host: ${fields.host}`);
  if (fields.userAgent !== undefined) lines.push(`User-Agent: ${fields.userAgent}`);
  return ascii(`${lines.join('\r\n')}\r\n\r\n`);
}

export interface HttpResponseFields {
  readonly status: number;
  readonly reason?: string;
  readonly server?: string;
  readonly contentType?: string;
  readonly body?: Uint8Array;
}

export function encodeHttpResponse(fields: HttpResponseFields): Uint8Array {
  const body = fields.body ?? new Uint8Array(0);
  const lines = [`HTTP/1.1 ${fields.status} ${fields.reason ?? 'OK'}`, `Content-Length: ${body.length}`];
  if (fields.server !== undefined) lines.push(`Server: ${fields.server}`);
  if (fields.contentType !== undefined) lines.push(`Content-Type: ${fields.contentType}`);
  return Uint8Array.from([...ascii(`${lines.join('\r\n')}\r\n\r\n`), ...body]);
}
