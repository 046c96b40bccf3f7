/** Every answer of the API, declared once: path, parameters, what comes back. Pages are drawn from the same answers. */

import { z } from 'zod';
import { hostStates } from '../record/interval.ts';
import * as contract from './contract.ts';
import { type CommonParameters, commonParameters, type Inquiry, macParameter, pagedParameters } from './inquiry.ts';
import { capturesOf, explanationsOf, healthOf } from './knowledge/box.ts';
import { destinationOf, eventsOf, flowsOf, minutesOf } from './knowledge/farEnds.ts';
import { curveOf, hostOf, hostsOf, overviewOf } from './knowledge/hosts.ts';

export interface Endpoint<P extends z.ZodObject = z.ZodObject, R extends z.ZodType = z.ZodType> {
  /** Below `/api/v1`, with `:name` for parameters in the path. */
  readonly path: string;
  readonly summary: string;
  /** Of the path and of the query. */
  readonly parameters: P;
  readonly answer: R;
  /** `undefined` where there is no such thing. */
  readonly tell: (inquiry: Inquiry, parameters: z.infer<P>) => Promise<z.infer<R> | undefined>;
}

const endpoint = <P extends z.ZodObject, R extends z.ZodType>(one: Endpoint<P, R>): Endpoint<P, R> => Object.freeze(one);

const id = z.string().regex(/^[0-9a-f]{1,64}$/, 'an id of up to 64 hexadecimal digits');
const words = z.string().max(255);
const mac = macParameter.describe('MAC address of the machine.');

export const overview = endpoint({
  path: '/overview',
  summary: 'What nobody started and nothing explains, and the hosts, most suspicious first.',
  parameters: commonParameters,
  answer: contract.overviewAnswer,
  tell: overviewOf,
});
export const hosts = endpoint({
  path: '/hosts',
  summary: 'All machines, most suspicious first.',
  parameters: pagedParameters.extend({ name: words.optional().describe('Part of a name or MAC address, or an address.') }),
  answer: contract.hostsAnswer,
  tell: hostsOf,
});
export const host = endpoint({
  path: '/hosts/:mac',
  summary: 'One machine, as in the report.',
  parameters: commonParameters.extend({ mac }),
  answer: contract.hostAnswer,
  tell: hostOf,
});
export const curve = endpoint({
  path: '/hosts/:mac/curve',
  summary: 'Packets of one machine over time, with its states and the events of its log.',
  parameters: commonParameters.extend({ mac }),
  answer: contract.curveAnswer,
  tell: curveOf,
});
export const destination = endpoint({
  path: '/destinations/:id',
  summary: 'One far end, whether and why it is explained, and which hosts talked to it.',
  parameters: commonParameters.extend({ id }),
  answer: contract.destinationAnswer,
  tell: destinationOf,
});
export const minutes = endpoint({
  path: '/minutes',
  summary: 'Judgements minute by minute: what a number of packets is made of.',
  parameters: pagedParameters.extend({
    mac: mac.optional(),
    destination: id.optional().describe('Id of a far end.'),
    state: z
      .enum([...hostStates, 'any'])
      .optional()
      .describe('Only this state, or any; without it those in which no user started the traffic.'),
  }),
  answer: contract.minutesAnswer,
  tell: minutesOf,
});
export const flows = endpoint({
  path: '/flows',
  summary: 'Flow slices as they were metered.',
  parameters: pagedParameters.extend({ mac: mac.optional() }),
  answer: contract.flowsAnswer,
  tell: flowsOf,
});
export const events = endpoint({
  path: '/events',
  summary: 'Events of the log of a host.',
  parameters: pagedParameters.extend({ host: words.describe('Name of the host in its log.') }),
  answer: contract.eventsAnswer,
  tell: eventsOf,
});
export const captures = endpoint({
  path: '/captures',
  summary: 'What was read, and what in it could not be.',
  parameters: pagedParameters,
  answer: contract.capturesAnswer,
  tell: capturesOf,
});
export const explanations = endpoint({
  path: '/explanations',
  summary: 'What explains traffic that no user started.',
  parameters: pagedParameters.extend({ text: words.optional().describe('Part of any field.') }),
  answer: contract.explanationsAnswer,
  tell: explanationsOf,
});
export const health = endpoint({
  path: '/health',
  summary: 'The books of every stage: in = out + refused + dropped + held.',
  parameters: commonParameters,
  answer: contract.healthAnswer,
  tell: healthOf,
});

export const endpoints = [
  overview,
  hosts,
  host,
  curve,
  destination,
  minutes,
  flows,
  events,
  captures,
  explanations,
  health,
] as unknown as readonly Endpoint[];

export type ReadParameters<P extends z.ZodObject> = { readonly parameters: z.infer<P> & CommonParameters } | { readonly fault: string };

/** An empty field of a form is none. Unknown parameters are passed over: pages have some of their own. */
export function readParameters<P extends z.ZodObject>(
  schema: P,
  path: Readonly<Record<string, string>>,
  query: URLSearchParams,
): ReadParameters<P> {
  const given = Object.fromEntries([...query].filter(([name, value]) => value !== '' && name in schema.shape));
  const parsed = schema.safeParse({ ...given, ...path });
  if (parsed.success) return { parameters: parsed.data as z.infer<P> & CommonParameters };
  const issue = parsed.error.issues[0];
  return { fault: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not understood'}` };
}
