import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hour } from '../../src/base/time.ts';
import { buildIntervals } from '../../src/timeline/intervals.ts';
import { Script, stateAt, told } from './script.ts';

const person = (script: Script) => told(buildIntervals(script.events), 'person');
const on = () => new Script().boot('08:00:00');
const user = { TargetUserSid: 'S-1-5-21-1-2-3-1001', TargetUserName: 'ann' };

describe('whether a person was there', () => {
  const rows: [string, Script, string[]][] = [
    [
      'a logon (7001) begins a presence, a logoff (7002) ends it',
      on().log('09:00', 'WL 7001', { TSId: 1 }).log('17:00', 'WL 7002', { TSId: 1 }).log('18:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '17:00:00 absent'],
    ],
    [
      'an interactive logon (4624, type 2) is a person',
      on()
        .log('09:00', 'SEC 4624', { LogonType: 2, TargetLogonId: '0xabc', ...user })
        .log('17:00', 'SEC 4647', { TargetLogonId: '0xabc' })
        .log('18:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '17:00:00 absent'],
    ],
    [
      'the logon of a service or over the network (types 5 and 3) is nobody',
      on()
        .log('09:00', 'SEC 4624', { LogonType: 5 })
        .log('09:01', 'SEC 4624', { LogonType: 3, ...user })
        .log('18:00', 'SC 7036'),
      ['08:00:00 unknown'],
    ],
    [
      'the window manager and the font driver host log on with type 2 and are nobody',
      on()
        .log('09:00', 'SEC 4624', { LogonType: 2, TargetUserName: 'DWM-1', TargetUserSid: 'S-1-5-90-0-1' })
        .log('09:01', 'SEC 4624', { LogonType: 2, TargetUserName: 'UMFD-1', TargetUserSid: 'S-1-5-96-0-1' })
        .log('18:00', 'SC 7036'),
      ['08:00:00 unknown'],
    ],
    [
      'locked (4800) and unlocked (4801)',
      on()
        .log('09:00', 'WL 7001', { TSId: 1 })
        .log('12:00', 'SEC 4800', { SessionId: 1 })
        .log('13:00', 'SEC 4801', { SessionId: 1 })
        .log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '12:00:00 locked', '13:00:00 present'],
    ],
    [
      'a screen saver (4802) means that nobody moves, 4803 that somebody does',
      on()
        .log('09:00', 'WL 7001', { TSId: 1 })
        .log('12:00', 'SEC 4802', { SessionId: 1 })
        .log('13:00', 'SEC 4803', { SessionId: 1 })
        .log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '12:00:00 absent', '13:00:00 present'],
    ],
    [
      'the end of the short logon that an unlock makes (4634, type 7) is no logoff',
      on()
        .log('09:00', 'SEC 4624', { LogonType: 7, TargetLogonId: '0x1', ...user })
        .log('09:00:01', 'SEC 4634', { LogonType: 7, TargetLogonId: '0x1' })
        .log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present'],
    ],
    [
      'an unlock does not keep a logon alive that ends',
      on()
        .log('09:00', 'SEC 4624', { LogonType: 2, TargetLogonId: '0x2', ...user })
        .log('10:00', 'SEC 4624', { LogonType: 7, TargetLogonId: '0x1', ...user })
        .log('11:00', 'SEC 4634', { LogonType: 2, TargetLogonId: '0x2' })
        .log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '11:00:00 absent'],
    ],
    [
      'of the two tokens of an administrator the end of one is no logoff',
      on()
        .log('09:00', 'SEC 4624', { LogonType: 2, TargetLogonId: '0x1', ...user })
        .log('09:00', 'SEC 4624', { LogonType: 2, TargetLogonId: '0x2', ...user })
        .log('10:00', 'SEC 4634', { LogonType: 2, TargetLogonId: '0x2' })
        .log('11:00', 'SEC 4634', { LogonType: 2, TargetLogonId: '0x1' })
        .log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '11:00:00 absent'],
    ],
    [
      'a remote desktop session is a remote person until it is disconnected',
      on()
        .log('09:00', 'TS 21', { User: 'X\\ann', SessionID: 2, Address: '192.0.2.7' })
        .log('09:00:02', 'WL 7001', { TSId: 2 })
        .log('11:00', 'TS 24', { SessionID: 2, Address: '192.0.2.7' })
        .log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 remote', '11:00:00 locked'],
    ],
    [
      'TerminalServices 21 at the console (LOCAL) is a person who is present',
      on().log('09:00', 'TS 21', { SessionID: 1, Address: 'LOCAL' }).log('11:00', 'TS 23', { SessionID: 1 }).log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '11:00:00 absent'],
    ],
    [
      'a reconnected session (4778) is remote until 4779',
      on()
        .log('09:00', 'SEC 4778', { LogonID: '0x9', SessionName: 'RDP-Tcp#1', ClientAddress: '192.0.2.7' })
        .log('10:00', 'SEC 4779', { LogonID: '0x9', SessionName: 'RDP-Tcp#1' })
        .log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 remote', '10:00:00 locked'],
    ],
    [
      'a screen that goes dark by idleness: absent, until a key is pressed (507, Reason 31)',
      on()
        .log('09:00', 'WL 7001', { TSId: 1 })
        .log('12:00', 'KP 506', { Reason: 12 })
        .log('13:00', 'KP 507', { Reason: 31, DurationInUs: hour, DripsResidencyInUs: 0 })
        .log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '12:00:00 absent', '13:00:00 present'],
    ],
    [
      'a screen that comes on by itself is no person',
      on()
        .log('09:00', 'WL 7001', { TSId: 1 })
        .log('12:00', 'KP 506', { Reason: 12 })
        .log('13:00', 'KP 507', { Reason: 27, DurationInUs: hour, DripsResidencyInUs: 0 })
        .log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '12:00:00 absent', '13:00:00 unknown'],
    ],
    [
      'a timer woke the machine (WakeSourceType 6): it is on and nobody is there',
      on().log('09:00', 'WL 7001', { TSId: 1 }).fullSleep('12:00', '13:00', { WakeSourceType: 6 }).log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '12:00:00 absent'],
    ],
    [
      'the power button woke the machine: somebody is there',
      on().log('09:00', 'WL 7001', { TSId: 1 }).fullSleep('12:00', '13:00', { WakeSourceType: 1 }).log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '12:00:00 absent', '13:00:00 present'],
    ],
    [
      'an unknown wake tells of nobody until somebody unlocks',
      on()
        .log('09:00', 'WL 7001', { TSId: 1 })
        .fullSleep('12:00', '13:00')
        .log('13:05', 'SEC 4801', { SessionId: 1 })
        .log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '12:00:00 absent', '13:00:00 unknown', '13:05:00 present'],
    ],
    [
      'after a shutdown and start nobody is there before the logon',
      on()
        .log('09:00', 'WL 7001', { TSId: 1 })
        .log('12:00', 'EL 6006')
        .boot('13:00', '12:00:02')
        .log('13:30', 'WL 7001', { TSId: 1 })
        .log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '12:00:03 absent', '13:30:00 present'],
    ],
    [
      'a cleared Security log (1102) ends what was known',
      on().log('09:00', 'SEC 4801', { SessionId: 1 }).log('10:00', 'CL 1102').log('14:00', 'SC 7036'),
      ['08:00:00 unknown', '09:00:00 present', '10:00:00 unknown'],
    ],
  ];
  for (const [sentence, script, expected] of rows)
    it(sentence, () => {
      const runs = person(script).filter((text, i, all) => text.split(' ').at(-1) !== all[i - 1]?.split(' ').at(-1));
      assert.deepEqual(runs, expected);
    });

  it('a presence that idleness ended was over some time before', () => {
    const script = on()
      .log('09:00', 'WL 7001', { TSId: 1 })
      .log('12:00', 'KP 506', { Reason: 12 })
      .log('13:00', 'KP 507', { Reason: 31, DurationInUs: hour, DripsResidencyInUs: 0 });
    const present = stateAt(buildIntervals(script.events), 'person', '11:00');
    assert.ok(present && present.state === 'present' && present.toGuardUs > 0);
  });

  it('a logon long ago without a further sign proves nobody', () => {
    const script = on().log('09:00', 'WL 7001', { TSId: 1 }).log('1 02:00', 'SC 7036').log('1 18:00', 'SC 7036');
    assert.equal(stateAt(buildIntervals(script.events), 'person', '1 08:00')?.confidence, 'high');
    assert.equal(stateAt(buildIntervals(script.events), 'person', '1 10:00')?.state, 'unknown');
  });

  it('a Security log alone still tells of logons, weakly', () => {
    const script = new Script()
      .log('08:00', 'SEC 4608')
      .log('09:00', 'SEC 4624', { LogonType: 2, TargetLogonId: '0xabc', ...user })
      .log('12:00', 'SEC 4800', { SessionId: 1 })
      .log('13:00', 'SEC 4801', { SessionId: 1 });
    const intervals = buildIntervals(script.events);
    assert.deepEqual(told(intervals, 'person'), ['08:00:00 absent', '09:00:00 present', '12:00:00 locked']);
    assert.ok(intervals.every((interval) => interval.confidence === 'low'));
    assert.deepEqual(told(intervals, 'machine'), ['08:00:00 unknown']);
  });
});
