/** `yoban inspect`: what is in these captures. Keeps nothing. */

import { Command, Option } from 'commander';
import { formatAddress } from '../base/address.ts';
import { FaultTally } from '../base/faultTally.ts';
import { openCapture } from '../link/captureFile.ts';
import { droppedBefore, type FrameSource, linkType } from '../link/frameBlock.ts';
import { Inspection } from '../meter/inspection.ts';
import { type InspectedFile, inspectOutput } from '../record/output/inspect.ts';
import { textTable } from '../report/textTable.ts';
import { appendFrame } from '../wire/frame.ts';
import { HeaderBatch } from '../wire/headerBatch.ts';
import { CapturedSpan } from './capturedSpan.ts';
import { type Format, ProgressLine, writeJson, writeResult } from './output.ts';
import { formatOption } from './storeFolder.ts';

export function inspectCommand(signal: AbortSignal): Command {
  return new Command('inspect')
    .description('Says what is in captures: frames, link types, protocols, options, names, faults.')
    .argument('<files...>', 'capture files: pcap, pcapng, plain or compressed with gzip or zstd')
    .addOption(new Option(...formatOption).choices(['text', 'json']).default('text'))
    .action(async (paths: string[], { format }: { format: Format }) => {
      const files: InspectedFile[] = [];
      for (const path of paths) files.push(await inspectFile(path, signal));
      if (format === 'json') await writeJson(inspectOutput, { files });
      else await writeResult(files.map(describe).join('\n'));
    });
}

const linkTypeNames = new Map(Object.entries(linkType).map(([name, value]) => [value as number, name]));

async function inspectFile(path: string, signal: AbortSignal): Promise<InspectedFile> {
  const source = await openCapture(path);
  const progress = new ProgressLine();
  try {
    return await inspectSource(path, source, signal, progress);
  } finally {
    progress.end();
    await source.close();
  }
}

async function inspectSource(path: string, source: FrameSource, signal: AbortSignal, progress: ProgressLine): Promise<InspectedFile> {
  const inspection = new Inspection();
  const batch = new HeaderBatch();
  const span = new CapturedSpan();
  let [frames, octets] = [0, 0];
  const empty = () => {
    inspection.add(batch);
    batch.clear();
  };
  for await (const block of source.blocks(signal)) {
    signal.throwIfAborted();
    batch.octets = block.octets;
    for (let i = 0; i < block.count; i++) {
      const at = block.capturedAtUs[i] as number;
      octets += block.originalLength[i] as number;
      const index = block.interfaceIndex[i] as number;
      const { linkType: type = -1, ticksPerSecond = 1_000_000n } = source.interfaces[index] ?? {};
      span.add(at, block.picoseconds?.[i] ?? 0, ticksPerSecond);
      appendFrame(
        batch,
        type,
        block.at[i] as number,
        block.end[i] as number,
        block.originalLength[i] as number,
        at,
        block.firstFrameNumber + i,
        index,
      );
      if (batch.isFull) empty();
    }
    empty();
    frames += block.count;
    progress.show(`${path}: ${frames} frames, ${(source.octetsRead / 1e6 / progress.elapsedSeconds).toFixed(1)} MB/s`);
  }
  const { protocols, ipv4Options, ndp, names, faults } = inspection.result();
  const tally = new FaultTally();
  for (const { layer, kind, count } of faults) tally.add({ layer, kind }, count);
  for (const fault of source.faults) tally.add(fault);
  const types = [...new Set(source.interfaces.map((one) => linkTypeNames.get(one.linkType) ?? `linktype-${one.linkType}`))];
  return {
    file: path,
    format: source.format,
    linkTypes: types,
    frames,
    octets,
    ...span.toOutput(),
    protocols,
    ipv4Options,
    ndp,
    names,
    addressNames: (source.addressNames?.names ?? []).map(({ address, name }) => ({ address: formatAddress(address), name })),
    faults: tally.list(),
    lost: source.statistics && source.statistics.size > 0 ? droppedBefore(source) : null,
  };
}

/** What a capture lost is said before what is in it. */
function lossLine(lost: InspectedFile['lost']): string[] {
  if (lost === null) return [];
  const { byInterface, bySystem } = lost;
  if (byInterface + bySystem === 0) return ['  no frame was lost while it was captured, as the file says'];
  return [`  INCOMPLETE: while it was captured ${byInterface} frames were dropped by the interface and ${bySystem} by the system`];
}

/** Names beyond this many are counted, not listed: one page is what a person reads. */
const namesShown = 20;

function describe(file: InspectedFile): string {
  const counts = (title: string, values: Record<string, number>) => {
    const rows = Object.entries(values).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    return rows.length === 0
      ? []
      : [
          '',
          ...textTable(
            [{ title }, { title: 'frames', align: 'right' }],
            rows.map(([name, n]) => [name, String(n)]),
          ),
        ];
  };
  const listed = (title: string, names: readonly string[]) => {
    const rows = names.slice(0, namesShown).map((name) => [name]);
    const more = names.length > namesShown ? [`    and ${names.length - namesShown} more (--format json lists all)`] : [];
    return rows.length === 0 ? [] : ['', ...textTable([{ title: `${title} (${names.length})` }], rows), ...more];
  };
  const [first, last] = [file.firstExactlyAt ?? file.firstAt, file.lastExactlyAt ?? file.lastAt];
  return [
    `${file.file}: ${file.format}, ${file.linkTypes.join(', ') || 'no interface'}`,
    `  ${file.frames} frames, ${file.octets} octets on the wire${first ? `, from ${first} to ${last}` : ''}`,
    ...lossLine(file.lost),
    ...counts('protocol', file.protocols),
    ...counts('IPv4 option', file.ipv4Options),
    ...counts('neighbor discovery', file.ndp),
    ...listed('names asked for (DNS)', file.names.dns),
    ...listed('TLS server names (SNI)', file.names.sni),
    ...listed('HTTP hosts', file.names.httpHost),
    ...listed(
      'addresses named by the file itself',
      file.addressNames.map(({ address, name }) => `${address}  ${name}`),
    ),
    ...(file.faults.length === 0
      ? ['', '  no faults']
      : [
          '',
          ...textTable(
            [{ title: 'fault in' }, { title: 'kind' }, { title: 'count', align: 'right' }],
            file.faults.map((fault) => [fault.layer, fault.kind, String(fault.count)]),
          ),
        ]),
    '',
  ].join('\n');
}
