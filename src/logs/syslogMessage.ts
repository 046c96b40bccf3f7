/** One syslog message: RFC 5424 §6, or its predecessor as RFC 3164 §4.1 found it. */

import { type Fault, malformed } from '../base/octets.ts';

export interface SyslogMessage {
  readonly host: string;
  /** APP-NAME, or the tag of the old form. */
  readonly application: string;
  /** As written, with its zone; `undefined` where there is none, and in the old form, which knows neither year nor zone. */
  readonly time: string | undefined;
  /** Parameters of all elements of structured data, in the order of writing. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly text: string;
}

const layer = 'syslog';
const header5424 = /^<(\d{1,3})>1 (\S{1,64}) (\S{1,255}) (\S{1,128}) \S{1,128} \S{1,64} /;
const header3164 =
  /^<(\d{1,3})>(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{4}-\d\d-\d\dT\S{1,40} )?(\S{1,255}) ([^\s:[]{1,128})(?:\[\d{1,10}\])?:? ?/;
/** 23 facilities, 8 severities each. */
const mostPriority = 191;
const mostParameters = 1024;

export function parseSyslog(message: string, at: number): SyslogMessage | Fault {
  const found = header5424.exec(message);
  if (!found) return parseOldSyslog(message, at);
  if (Number(found[1]) > mostPriority) return malformed(layer, at, `priority > ${mostPriority}`);
  const [, , time, host, application] = found as unknown as readonly [string, string, string, string, string];
  const rest = message.slice(found[0].length);
  const structured = rest.startsWith('-') ? { parameters: [], end: 1 } : structuredData(rest);
  if (structured === undefined) return malformed(layer, at, 'structured data that is none');
  return {
    host: host === '-' ? '' : host,
    application: application === '-' ? '' : application,
    time: time === '-' ? undefined : time,
    parameters: structured.parameters,
    text: rest.slice(structured.end).replace(/^ ?\uFEFF?/, ''),
  };
}

function parseOldSyslog(message: string, at: number): SyslogMessage | Fault {
  const found = header3164.exec(message);
  if (!found || Number(found[1]) > mostPriority) return malformed(layer, at, 'no header of a syslog message');
  return {
    host: found[2] as string,
    application: found[3] as string,
    time: undefined,
    parameters: [],
    text: message.slice(found[0].length),
  };
}

const elementStart = /\[[^\s=\]"]{1,64}/y;
const parameter = / ([^\s=\]"]{1,64})="((?:[^"\\\]]|\\.)*)"/sy;

/** RFC 5424 §6.3; `end` is one past the last bracket. */
function structuredData(text: string): { readonly parameters: [string, string][]; readonly end: number } | undefined {
  const parameters: [string, string][] = [];
  let end = 0;
  while (text[end] === '[') {
    elementStart.lastIndex = end;
    if (!elementStart.test(text)) return undefined;
    end = elementStart.lastIndex;
    for (;;) {
      parameter.lastIndex = end;
      const found = parameter.exec(text);
      if (!found) break;
      if (parameters.length === mostParameters) return undefined;
      // A backslash before any other character is that backslash (§6.3.3).
      parameters.push([found[1] as string, (found[2] as string).replace(/\\(["\\\]])/g, '$1')]);
      end = parameter.lastIndex;
    }
    if (text[end] !== ']') return undefined;
    end++;
  }
  return end === 0 ? undefined : { parameters, end };
}
