/** What the operator knows for certain, as facts: they are replaced as a whole when the configuration changes. */

import type { Address, Mac, Prefix } from '../base/address.ts';
import { type BindingRecord, bindingKind, type NetworkRecord, networkKind } from '../record/sighting.ts';
import { operatorFacts } from '../store/questions/facts.ts';
import type { Store } from '../store/store.ts';

/** These facts come from no capture. */
const capture = 'configuration';

export interface OperatorKnowledge {
  readonly inside: readonly Prefix[];
  readonly hosts: readonly { readonly name: string; readonly macs: readonly Mac[]; readonly addresses: readonly Address[] }[];
}

/** Writes only when something differs from what is stored. */
export async function storeOperatorFacts(store: Store, knowledge: OperatorKnowledge): Promise<void> {
  const bindings = bindingsOf(knowledge);
  const networks = networksOf(knowledge);
  const digest = JSON.stringify([...bindings, ...networks], (_, value) => (typeof value === 'bigint' ? String(value) : value));
  const [before] = await store.ask(operatorFacts, {});
  if ((before?.value ?? '[]') === digest) return;
  for (const binding of bindings) store.append(bindingKind, binding);
  for (const network of networks) store.append(networkKind, network);
  store.markStale({ unit: 'devices', subject: '', day: null });
  await store.commit([
    { sql: 'DELETE FROM "binding" WHERE "capture" = $1', values: [capture] },
    { sql: 'DELETE FROM "network" WHERE "capture" = $1', values: [capture] },
    { sql: 'DELETE FROM "operator"', values: [] },
    { sql: 'INSERT INTO "operator" VALUES ($1)', values: [digest] },
  ]);
}

function bindingsOf({ hosts }: OperatorKnowledge): BindingRecord[] {
  const record = (mac: Mac, address: Address | null, hostName: string): BindingRecord => ({
    capture,
    frame: 0,
    mac,
    address,
    hostName,
    from: 0,
    until: null,
    evidence: 'configuration',
  });
  // Of a host with several MAC addresses nobody said which has which address.
  return hosts.flatMap(({ name, macs, addresses }) =>
    macs.flatMap((mac) => [record(mac, null, name), ...(macs.length === 1 ? addresses.map((address) => record(mac, address, name)) : [])]),
  );
}

function networksOf({ inside }: OperatorKnowledge): NetworkRecord[] {
  return inside.map(({ address, length }) => ({
    capture,
    frame: 0,
    what: 'prefix',
    address,
    prefixLength: length,
    from: 0,
    until: null,
    evidence: 'configuration',
    toldBy: null,
  }));
}
