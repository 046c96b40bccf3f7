import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAddress } from '../../src/base/address.ts';
import { type DarkRecord, darkKind, visibilityKind } from '../../src/record/dark.ts';
import { addressesOutput } from '../../src/record/output/addresses.ts';
import { reportOutput } from '../../src/record/output/report.ts';
import { bindingKind } from '../../src/record/sighting.ts';
import { type UsageRecord, usageKind } from '../../src/record/usage.ts';
import { assembleAddresses, renderAddresses } from '../../src/report/addresses.ts';
import { assembleReport } from '../../src/report/assemble.ts';
import { renderText } from '../../src/report/text.ts';
import { rememberedAddresses } from '../../src/store/questions/darkspace.ts';
import { bindings } from '../../src/store/questions/facts.ts';
import { Store } from '../../src/store/store.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const start = 1_700_000_000_000_000;
const second = 1_000_000;
const address = (text: string) => parseAddress(text) as bigint;
const named = { sensor: 'box1', interface: 'eth2' };

function slice(number: number, fields: Partial<DarkRecord> = {}): DarkRecord {
  return {
    ...named,
    mode: 'answer',
    askerMac: 0x020000000001,
    askerAddress: address('2001:db8::1'),
    target: address('2001:db8::dead'),
    solicitedAt: start,
    probesAt: [start, start + 400_000],
    claimedAt: start + second,
    toldAt: start + second,
    slice: number,
    from: start + second + number,
    to: start + 2 * second + number,
    solicitations: 1,
    packets: number === 0 ? 0 : 2,
    octets: number === 0 ? 0 : 148,
    firstAt: number === 0 ? null : start + second + number,
    lastAt: number === 0 ? null : start + second + number,
    services: number === 0 ? [] : [{ protocol: 6, port: 445, packets: 2 }],
    payload: number === 1 ? '\u001b[31mSMB' : null,
    evidence: number === 0 ? null : 'dark-eth2.pcapng',
    ended: null,
    ...fields,
  };
}

function usage(fields: Partial<UsageRecord> = {}): UsageRecord {
  return {
    ...named,
    address: address('fe80::1'),
    mac: 0x020000000001,
    firstAt: start,
    lastAt: start + second,
    evidence: ['ndp', 'packet'],
    frames: 3,
    ...fields,
  };
}

describe('the report on addresses', () => {
  const withStore = (sentence: string, work: (store: Store) => Promise<void>) =>
    it(sentence, async (t) => {
      const store = await Store.open(await temporaryFolder(t));
      try {
        await work(store);
      } finally {
        await store.close();
      }
    });

  withStore('takes the slices of a contact together, and shows who, what and why', async (store) => {
    for (const number of [0, 1, 2]) store.append(darkKind, slice(number));
    await store.commit();
    const report = await assembleReport(store, { policy: 'sleep' });
    reportOutput.parse(report);
    const [asker, ...others] = report.dark;
    assert.equal(others.length, 0);
    assert.deepEqual([asker?.severity, asker?.packets, asker?.octets, asker?.solicitations], ['high', 4, 296, 3]);
    assert.deepEqual(asker?.services, [{ name: 'tcp/445', packets: 4 }]);
    assert.deepEqual([asker?.someTargets, asker?.evidence], [['2001:db8::dead'], ['dark-eth2.pcapng']]);
    const text = renderText(report);
    assert.match(text, /Turned to addresses that nobody has/);
    assert.match(text, /high .*tcp\/445 \(4\)/);
    assert.ok(!text.includes('\u001b'));
    assert.equal((await assembleReport(store, { policy: 'sleep', host: '02:00:00:00:00:01' })).dark.length, 1);
    assert.equal((await assembleReport(store, { policy: 'sleep', host: '02:00:00:00:00:02' })).dark.length, 0);
    assert.equal((await assembleReport(store, { policy: 'sleep', from: start + 90 * second, to: start + 91 * second })).dark.length, 0);
  });
  withStore('names a blind spot, by its latest verdict', async (store) => {
    const verdict = (at: number, word: 'blind' | 'sees') => ({ ...named, at, verdict: word, asked: 16, shown: 0, because: 'MLD snooping' });
    store.append(visibilityKind, verdict(start, 'blind'));
    await store.commit();
    assert.match((await assembleReport(store, { policy: 'sleep' })).notes.join(), /blind spot: eth2 does not hear/);
    store.append(visibilityKind, verdict(start + 1, 'sees'));
    await store.commit();
    assert.deepEqual((await assembleReport(store, { policy: 'sleep' })).notes, []);
  });
  withStore('lists who used which address: stretches together, captures too, the operator’s word not', async (store) => {
    store.append(usageKind, usage());
    store.append(usageKind, usage({ firstAt: start + 3600 * second, lastAt: start + 3700 * second, evidence: ['mld'], frames: 4 }));
    store.append(usageKind, usage({ mac: 0x020000000002, firstAt: start + 7200 * second, lastAt: start + 7200 * second, frames: 1 }));
    const binding = { capture: 'c', frame: 1, mac: 0x020000000003, address: address('10.0.0.7'), hostName: null, from: start, until: null };
    store.append(bindingKind, { ...binding, evidence: 'arp' });
    store.append(bindingKind, { ...binding, address: address('10.0.0.8'), evidence: 'configuration' });
    await store.commit();
    const output = await assembleAddresses(store, {});
    addressesOutput.parse(output);
    assert.deepEqual(
      output.addresses.map((row) => [row.address, row.mac, row.evidence.join(), row.frames, row.interfaces.join()]),
      [
        ['10.0.0.7', '02:00:00:00:00:03', 'arp', 0, 'capture'],
        ['fe80::1', '02:00:00:00:00:02', 'ndp,packet', 1, 'eth2'],
        ['fe80::1', '02:00:00:00:00:01', 'mld,ndp,packet', 7, 'eth2'],
      ],
    );
    const text = renderAddresses(output);
    assert.match(text, /fe80::1 +02:00:00:00:00:02/);
    assert.match(text, /2 addresses, 3 devices/);
    assert.equal((await assembleAddresses(store, { host: '10.0.0.7' })).addresses.length, 1);
    assert.equal((await assembleAddresses(store, { from: start + 7000 * second })).addresses.length, 1);
    const remembered = await store.ask(rememberedAddresses, { since: start + 1 });
    assert.deepEqual(
      remembered.map(({ address: one, mac }) => [one, mac]),
      [[address('fe80::1'), 0x020000000002]],
    );
  });
  withStore('does not take the answers of the box itself for owners of addresses', async (store) => {
    const binding = { capture: 'c', frame: 1, mac: 0x0b5e, hostName: null, until: null, evidence: 'ndp' as const };
    const target = address('2001:db8::dead');
    store.append(darkKind, slice(0));
    store.append(bindingKind, { ...binding, address: target, from: start + second });
    store.append(bindingKind, { ...binding, address: target, from: start + 3600 * second, mac: 0x020000000009 });
    store.append(bindingKind, { ...binding, address: address('2001:db8::5'), from: start + second });
    await store.commit();
    assert.deepEqual(
      (await assembleAddresses(store, {})).addresses.map((row) => [row.address, row.mac]),
      [
        ['2001:db8::5', '00:00:00:00:0b:5e'],
        ['2001:db8::dead', '02:00:00:00:00:09'],
      ],
    );
    assert.deepEqual(
      (await store.ask(bindings, {})).map(({ address: one }) => one),
      [address('2001:db8::5'), target],
    );
  });
  it('says so when no address was seen', () => assert.equal(renderAddresses({ addresses: [] }), 'No address was seen in use.\n'));
});
