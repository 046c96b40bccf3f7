/** Explanations as text for people. */

import { printable } from '../base/printable.ts';
import type { Explanation } from '../record/explanation.ts';
import type { ExplainList } from '../record/output/explain.ts';
import type { ExplainDecided } from '../record/output/explainDecided.ts';
import type { ExplainSuggestions } from '../record/output/explainSuggestions.ts';
import { textTable } from './textTable.ts';

/** `settings-win.data.microsoft.com, tcp 443`, or for what names nobody: `udp 53, dns, resolver`. */
export function matched(rule: Explanation): string {
  const port = rule.port === undefined ? '' : ` ${[rule.port].flat().join('/')}`;
  const conditions = [
    rule.pattern === undefined ? rule.application : undefined,
    rule.icmpTypes?.map((type) => `type ${type}`).join('/'),
    rule.role,
  ];
  return [rule.pattern, `${rule.protocol}${port}`, ...conditions].filter((part) => part !== undefined).join(', ');
}

export function renderList({ explanations }: ExplainList): string {
  const rows = explanations.map(({ id, inForce, explanation, decision }) => [
    id,
    inForce ? 'in force' : 'withdrawn',
    explanation === null ? '' : `${matched(explanation)}${explanation.breadth === 'shared' ? ' (a hint only)' : ''}`,
    decision === null ? 'comes with Yoban' : `${decision.act} by ${decision.who}, ${decision.at.slice(0, 16)}Z: ${decision.why}`,
    explanation === null ? '' : `${explanation.reason} [${explanation.source}]`,
  ]);
  const columns = ['id', 'state', 'explains', 'from', 'reason'].map((title) => ({ title }));
  return `${textTable(columns, rows, '').join('\n')}\n`;
}

export function renderDecided({ decisions, unchanged }: ExplainDecided): string {
  const lines = [
    ...decisions.map(({ act, rule, who, why }) => `${act} ${rule} by ${who}: ${why}`),
    ...unchanged.map((rule) => `${rule} is so already: nothing changed`),
  ];
  return `${lines.map((line) => printable(line, 600)).join('\n')}\n`;
}

/** A file for `yoban explain import`, which a person must complete: without a reason it is refused. */
export function renderSuggestions({ suggestions, leftOut }: ExplainSuggestions, today: string): string {
  const left = leftOut.map(({ farEnd, why }) => `# left out: ${printable(farEnd, 300)}: ${printable(why, 300)}`);
  if (suggestions.length === 0) return `${['# nothing to suggest', ...left].join('\n')}\n`;
  const lines = [
    '# Far ends that stand unexplained and do not look suspicious. Write the reason of those that you know and a source that',
    '# others can check, take the others out, then: yoban explain import FILE --reason WHY',
    'about: suggestions of yoban explain suggest',
    'explanations:',
    ...suggestions.flatMap((one) => [
      `  # ${one.hosts} of ${one.hostsInAll} hosts in ${one.minutes} minutes, ${one.sentOctets} octets sent, ${one.receivedOctets} received, no rhythm`,
      `  - id: ${one.id}`,
      `    pattern: ${one.pattern}`,
      `    protocol: ${one.protocol}`,
      `    port: ${one.port}`,
      ...(one.application === null ? [] : [`    application: ${one.application}`]),
      '    scope: outside',
      '    reason: ""',
      '    platform: any',
      '    source: ""',
      `    firstVerified: ${today}`,
      `    lastVerified: ${today}`,
      '    breadth: exact',
    ]),
    ...left,
  ];
  return `${lines.join('\n')}\n`;
}
