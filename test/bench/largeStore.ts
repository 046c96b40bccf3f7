/**
 * Fills a store with an office of a month: flows, logs, and what is derived from them, in the proportions of a real one.
 *
 * Made by SQL through the real schema, because ten million flows through the meter would take an hour. Deterministic.
 */

import { day, minute } from '../../src/base/time.ts';
import { envelopeOfNames } from '../../src/record/envelope.ts';
import { rollUpNewDay } from '../../src/store/rollUp.ts';
import type { Store } from '../../src/store/store.ts';

export interface Size {
  readonly flows: number;
  readonly days: number;
  /** Machines with a log, and machines without. */
  readonly hosts: number;
  readonly others: number;
}

export const firstDay = Date.UTC(2026, 4, 4) * 1000;
const firstMac = 0x02_00_5e_10_00_00;
/** Far ends that everybody talks to; beyond them each host has five of its own. */
const shared = 2000;
const own = 5;
const mapped = '281470681743360::UHUGEINT';

/** A number from 0 to 1 that depends on its arguments only. */
const random = (...parts: (string | number)[]) => `(hash(${parts.join(', ')}) % 1000003) / 1000003.0`;
const instant = (expression: string) => `make_timestamp((${expression})::BIGINT)`;

/** By the minute of the day: a night in modern sleep, a switched-off weekend, a lunch with the screen locked. */
const machineState = (weekend: string, at: string) =>
  `CASE WHEN ${weekend} THEN 'off' WHEN ${at} < 480 OR ${at} >= 1110 THEN 'modern-sleep' ELSE 'on' END`;
const hostState = (weekend: string, at: string) =>
  `CASE WHEN ${weekend} THEN 'off' WHEN ${at} < 480 OR ${at} >= 1110 THEN 'modern-sleep' WHEN ${at} BETWEEN 720 AND 779 THEN 'locked' ELSE 'present' END`;

export async function fillLargeStore(store: Store, size: Size): Promise<void> {
  const run = (...sql: string[]) => store.commit(sql.map((text) => ({ sql: text, values: [] })));
  await run(
    `INSERT INTO "capture" SELECT 'bench', 'box1', 'live', 'ring', 'eth1', 'complete', NULL, 0, '[1]', ${size.flows * 9}, 0,
       ${instant(String(firstDay))}, ${instant(String(firstDay + size.days * day))}, '[{"layer":"dns","kind":"truncated","count":7}]'`,
    `INSERT INTO "device" SELECT ${firstMac} + i, CASE WHEN i < ${size.hosts} THEN 'PC-' || lpad(i::VARCHAR, 3, '0') END,
       CASE WHEN i < ${size.hosts} THEN 'dhcp' END, CASE WHEN i < ${size.hosts} THEN ['PC-' || lpad(i::VARCHAR, 3, '0')] ELSE ['device-' || i] END,
       [${mapped} + 167772160 + i::UHUGEINT], [] FROM range(${size.hosts + size.others}) AS r(i)`,
    `INSERT INTO "destination" SELECT md5('d' || k), 'far-' || k || '.example.com', 'resolved', NULL, 'tcp', 443, NULL, 'tls', 'outgoing', 'outside', 'unicast', [],
       CASE WHEN ${isExplained} THEN 'explained' ELSE 'unexplained' END, CASE WHEN ${isExplained} THEN 'a service that this office uses' ELSE 'no explanation for this name' END,
       CASE WHEN ${isExplained} THEN 'bench/rule-' || k END, CASE WHEN ${isExplained} THEN 'the bench' END, CASE WHEN ${isExplained} THEN '${JSON.stringify(envelopeOfNames)}' END
       FROM range(${shared + size.hosts * own}) AS r(k)`,
    ...['machine', 'person'].map((axis) => intervals(size, axis)),
    events(size),
    ...['link', 'wire', 'meter', 'store'].map(
      (stage) =>
        `INSERT INTO "health" ("sensor", "capture", "interface", "stage", "unit", "from", "until", "in", "out", "held", "refused", "dropped") SELECT 'box1', 'bench', 'eth1', '${stage}', 'frames', ${instant(`${firstDay} + m * ${minute}`)}, ${instant(`${firstDay} + (m + 1) * ${minute}`)},
           2000, 1990, 0, '{"malformed":10}', '{}' FROM range(${size.days * 1440}) AS r(m)`,
    ),
  );
  // A day at a time: that is how an observing box meets them, and what fits into its memory.
  for (let n = 0; n < size.days; n++) {
    await run(flows(size, n), judgements(size, n));
    await store.commit(rollUpNewDay(firstDay + n * day));
  }
}

const isExplained = `(k < 80 OR (k < ${shared} AND k % 7 <> 0))`;

function intervals(size: Size, axis: string): string {
  const bounds = axis === 'machine' ? '[0, 480, 1110, 1440]' : '[0, 480, 720, 780, 1110, 1440]';
  const state =
    axis === 'machine'
      ? machineState('weekend', 'begins')
      : `CASE WHEN weekend OR begins < 480 OR begins >= 1110 THEN 'absent' WHEN begins = 720 THEN 'locked' ELSE 'present' END`;
  return `INSERT INTO "interval" SELECT 'PC-' || lpad(h::VARCHAR, 3, '0'), '${axis}', ${state}, ${instant(`${firstDay} + d * ${day} + begins::BIGINT * ${minute}`)},
      ${instant(`${firstDay} + d * ${day} + ends::BIGINT * ${minute}`)}, 'high', ['bench-' || h || '-' || d], 0, 0, 'made by the bench'
    FROM (SELECT h, d, d % 7 >= 5 AS weekend, unnest((${bounds})[1:-2]) AS begins, unnest((${bounds})[2:]) AS ends
      FROM range(${size.hosts}) AS a(h), range(${size.days}) AS b(d))`;
}

function events(size: Size): string {
  return `INSERT INTO "event" SELECT 'bench-' || h || '-' || d || '-' || n, 'PC-' || lpad(h::VARCHAR, 3, '0'), 'System', d * 24 + n,
      'Microsoft-Windows-Kernel-Power', CASE WHEN n % 2 = 0 THEN 506 ELSE 507 END, 0, NULL, ${instant(`${firstDay} + d * ${day} + n * 60 * ${minute}`)},
      'PC-' || lpad(h::VARCHAR, 3, '0') || '.corp.example', '[["Reason","31"]]', FALSE
    FROM range(${size.hosts}) AS a(h), range(${size.days}) AS b(d), range(24) AS c(n)`;
}

function flows(size: Size, n: number): string {
  const machines = size.hosts + size.others;
  const weekend = n % 7 >= 5 ? 'TRUE' : 'FALSE';
  const count = Math.floor(size.flows / size.days);
  // Three quarters of the flows lie in office hours.
  return `INSERT INTO "flow" SELECT 'bench', 0, ${instant('begun')}, [], ${firstMac} + machine, 2199023255806, 2048, ${mapped} + 167772160 + machine::UHUGEINT,
      ${mapped} + 3405803776 + far::UHUGEINT, 6, 1024 + (i % 60000), 443, NULL, NULL, 'syn', ${instant('begun + 1000000')}, ${instant('begun + 9000000')},
      4, 600, 5, 4200, 27, 27, 'tls', NULL, NULL, [1, 9], [2, 2], [300, 300], [3, 2], [4000, 200], 0
    FROM (SELECT i, machine, begun, CASE WHEN ${random('i', n, 4)} < 0.03 AND machine < ${size.hosts} THEN ${shared} + machine * ${own} + hash(i, ${n}, 5) % ${own}
          ELSE floor(pow(${random('i', n, 6)}, 3) * CASE WHEN ${hostState(weekend, `((begun // ${minute}) % 1440)`)} IN ('off', 'modern-sleep') THEN 90 ELSE ${shared} END) END::BIGINT AS far
      FROM (SELECT i, hash(i, ${n}, 1) % ${machines} AS machine, ${firstDay + n * day} + ${minute} *
          floor(CASE WHEN ${random('i', n, 2)} < 0.75 THEN 480 + ${random('i', n, 3)} * 630 ELSE ${random('i', n, 3)} * 1440 END)::BIGINT AS begun
        FROM range(${count}) AS r(i)))
    ORDER BY begun, machine`;
}

function judgements(size: Size, n: number): string {
  const weekend = n % 7 >= 5 ? 'TRUE' : 'FALSE';
  const from = firstDay + n * day;
  return `INSERT INTO "judgement" SELECT mac, minute, state, "intervalFrom", 'high', md5('d' || far), NULL, sum(4), sum(600), sum(5), sum(4200), min("firstAt"), max("lastAt"), FALSE
    FROM (SELECT "sourceMac" AS mac, "minute", ${hostState(weekend, `((epoch_us("minute") // ${minute}) % 1440)`)} AS state, date_trunc('day', "minute")::TIMESTAMP AS "intervalFrom",
        ("destinationAddress" - ${mapped} - 3405803776)::BIGINT AS far, "firstAt", "lastAt" FROM "flow"
      WHERE "minute" >= ${instant(String(from))} AND "minute" < ${instant(String(from + day))} AND "sourceMac" < ${firstMac + size.hosts})
    GROUP BY ALL ORDER BY mac, minute`;
}
