/** How each flow slice was judged: for each host with a log that took part, state, interval, confidence, status and rule. */

import type { Mac } from '../base/address.ts';
import { formatTime } from '../base/time.ts';
import { type FarEnd, farEndOf } from '../judge/farEnd.ts';
import { Networks } from '../judge/networks.ts';
import { believedTeachings } from '../judge/teachers.ts';
import type { FlowRecord } from '../record/flow.ts';
import type { DestinationRecord, JudgementRecord } from '../record/judged.ts';
import type { FlowJudgement } from '../record/output/flows.ts';
import type { Answers } from '../store/question.ts';
import * as derived from '../store/questions/derived.ts';
import * as facts from '../store/questions/facts.ts';

export class JudgedFlows {
  private constructor(
    private readonly networks: Networks,
    private readonly hostOf: ReadonlyMap<Mac, string>,
    private readonly destinations: ReadonlyMap<string, DestinationRecord>,
  ) {}

  static async of(answers: Answers): Promise<JudgedFlows> {
    const devices = await answers.ask(derived.devices, {});
    return new JudgedFlows(
      new Networks(believedTeachings(await answers.ask(facts.network, {})).teachings),
      new Map(devices.flatMap(({ mac, host }) => (host === null ? [] : [[mac, host] as const]))),
      new Map((await answers.ask(derived.destinations, {})).map((record) => [record.id, record])),
    );
  }

  /** @param judgements of the minutes of `flows` */
  judge(flows: readonly FlowRecord[], judgements: readonly JudgementRecord[]): FlowJudgement[][] {
    const byKey = new Map<string, JudgementRecord[]>();
    for (const judgement of judgements) {
      const destination = this.destinations.get(judgement.destination);
      if (!destination) continue;
      const key = keyOf(judgement.mac, judgement.minute, judgement.peerAddress, destination);
      const known = byKey.get(key);
      if (known) known.push(judgement);
      else byKey.set(key, [judgement]);
    }
    return flows.map((flow) =>
      [...new Set([flow.sourceMac, flow.destinationMac])].flatMap((mac) => {
        if (mac === null || !this.hostOf.has(mac)) return [];
        const farEnd = farEndOf(flow, mac, this.networks);
        const rows = byKey.get(keyOf(mac, flow.minute, farEnd.address, { ...farEnd, application: flow.application })) ?? [];
        return rows.map((row) => this.describe(row));
      }),
    );
  }

  private describe({ mac, state, confidence, intervalFrom, destination }: JudgementRecord): FlowJudgement {
    const { status, rule, name } = this.destinations.get(destination) as DestinationRecord;
    return {
      host: this.hostOf.get(mac) as string,
      state,
      confidence,
      intervalFrom: intervalFrom === null ? null : formatTime(intervalFrom),
      name,
      status,
      rule,
    };
  }
}

type Service = Pick<FarEnd, 'protocol' | 'port' | 'icmpType' | 'direction'> & Pick<FlowRecord, 'application'>;

function keyOf(mac: Mac, minute: number, peer: bigint | null, { protocol, port, icmpType, direction, application }: Service): string {
  return `${mac} ${minute} ${peer} ${protocol} ${port} ${icmpType} ${direction} ${application}`;
}
