/** The report as one file for browsers and printers: self-contained, with the look of the console. */

import { type Html, html, trusted } from '../base/html.ts';
import type { ReportDestination, ReportHost, ReportOutput } from '../record/output/report.ts';
import { styleSheet } from './look.ts';
import { farEnd, hoursLine } from './text.ts';

const policyText: Readonly<Record<ReportOutput['policy'], string>> = {
  sleep: 'traffic while the event log says that the machine slept or was off',
  'no-person': 'traffic while nobody was at the keyboard',
  strict: 'traffic while the machine certainly slept or was off, edges left out',
};

export function renderHtml(report: ReportOutput): string {
  const judged = report.hosts.filter(({ destinations }) => destinations.length > 0);
  const quiet = report.hosts.filter(({ destinations }) => destinations.length === 0);
  const body = html`<main><h1>Yoban: traffic that no user started</h1>
<dl class="facts"><dt>From</dt><dd>${report.from ?? 'the store is empty'}</dd><dt>To</dt><dd>${report.to ?? 'the store is empty'}</dd>
<dt>Policy</dt><dd>${report.policy}: ${policyText[report.policy]}</dd></dl>
${report.notes.length > 0 && html`<ul class="list">${report.notes.map((note) => html`<li class="warn">${note}</li>`)}</ul>`}
${report.hosts.length === 0 && html`<p class="empty">No machine was seen. Read a capture: yoban replay FILE… --logs FILE…</p>`}
${judged.map(hostSection)}${quiet.length > 0 && html`<section><h2>Machines without traffic that is judged</h2>${quietTable(quiet)}</section>`}</main>`;
  return `<!doctype html>\n${html`<html lang="en"><head><meta charset="utf-8"><title>Yoban report</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${trusted(styleSheet)}</style></head><body>${body}</body></html>`}\n`;
}

function hostSection(host: ReportHost): Html {
  const open = host.destinations.filter(({ status }) => status !== 'explained');
  const explained = host.destinations.filter(({ status }) => status === 'explained');
  const { packets, explained: known } = host.noUserStarted;
  return html`<section><h1>${host.host}</h1><p class="soft mono">${host.mac} ${host.addresses.join(' ')}</p>
<p>${hoursLine(host).replaceAll('   ', ' · ')}</p>
<p>${packets} packets that no user started: ${known} explained, ${packets - known} not</p>
${host.notes.length > 0 && html`<ul class="list">${host.notes.map((note) => html`<li class="warn">${note}</li>`)}</ul>`}
${open.length > 0 && html`<h2>Not explained</h2>${openTable(open)}`}
${explainedTable(
  'Explained, with the outside',
  explained.filter(({ scope }) => scope === 'outside'),
)}
${explainedTable(
  'Explained, inside the network',
  explained.filter(({ scope }) => scope === 'inside'),
)}</section>`;
}

const headings = (...titles: string[]) =>
  html`<thead><tr>${titles.map((title) => html`<th scope="col" class="${title === 'Packets' || title === 'Priority' ? 'number' : ''}">${title}</th>`)}</tr></thead>`;

function openTable(open: readonly ReportDestination[]): Html {
  return html`<div class="scroll"><table>${headings('Priority', 'Far end', 'Packets', 'Why')}<tbody>${open.map(
    (
      destination,
    ) => html`<tr><td class="number"><span class="badge ${destination.priority >= 60 ? 'bad' : 'warn'}">${destination.priority}</span></td>
<td class="name">${farEnd(destination)}</td><td class="number">${destination.packets}</td>
<td class="text">${[destination.reason ?? destination.status, ...destination.because.slice(1)].join('; ')}</td></tr>`,
  )}</tbody></table></div>`;
}

function explainedTable(title: string, rows: readonly ReportDestination[]): Html {
  if (rows.length === 0) return html``;
  return html`<h2>${title}</h2><div class="scroll"><table>${headings('Far end', 'Packets', 'Reason', 'Source')}<tbody>${rows.map(
    (row) =>
      html`<tr><td class="name">${farEnd(row)}</td><td class="number">${row.packets}</td><td class="text">${row.reason}</td><td class="text">${row.source}</td></tr>`,
  )}</tbody><tfoot><tr><td>Sum</td><td class="number">${rows.reduce((sum, { packets }) => sum + packets, 0)}</td><td></td><td></td></tr></tfoot></table></div>`;
}

function quietTable(hosts: readonly ReportHost[]): Html {
  const packets = (host: ReportHost) => Object.values(host.traffic).reduce((sum, traffic) => sum + traffic.packets, 0);
  return html`<div class="scroll"><table>${headings('Host', 'MAC address', 'Addresses', 'Packets', 'Hours')}<tbody>${hosts.map(
    (
      host,
    ) => html`<tr><td class="name">${host.host}</td><td class="nowrap mono">${host.mac}</td><td class="mono">${host.addresses.join(' ')}</td>
<td class="number">${packets(host)}</td><td>${host.hasLog ? hoursLine(host).replaceAll('   ', ' · ') : 'no event log'}</td></tr>`,
  )}</tbody></table></div>`;
}
