/** Writes event XML for tests in the dialects of the tools that export it. */

export interface EventFields {
  readonly provider?: string;
  readonly eventId?: number | string;
  readonly qualifiers?: number;
  readonly time?: string;
  readonly recordId?: number | string;
  readonly computer?: string;
  readonly channel?: string;
  readonly data?: readonly (readonly [string, string])[];
  readonly tail?: string;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');

/** `wevtutil qe System /f:xml`: single quotes, seven digits of the second, all on one line. */
export function wevtutilEvent(fields: EventFields = {}): string {
  const qualifiers = fields.qualifiers === undefined ? '' : ` Qualifiers='${fields.qualifiers}'`;
  const data = (fields.data ?? [['TargetState', '4']])
    .map(([name, value]) => `<Data${name ? ` Name='${name}'` : ''}>${escaped(value)}</Data>`)
    .join('');
  return (
    `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='${fields.provider ?? 'Microsoft-Windows-Kernel-Power'}' ` +
    `Guid='{00000000-0000-0000-0000-000000000000}'/><EventID${qualifiers}>${fields.eventId ?? 42}</EventID><Version>3</Version><Level>4</Level>` +
    `<TimeCreated SystemTime='${fields.time ?? '2024-03-04T12:00:00.1234567Z'}'/><EventRecordID>${fields.recordId ?? 7}</EventRecordID><Correlation/>` +
    `<Execution ProcessID='4' ThreadID='8'/><Channel>${fields.channel ?? 'System'}</Channel><Computer>${fields.computer ?? 'PC-7'}</Computer><Security/></System>` +
    `<EventData>${data}</EventData>${fields.tail ?? ''}</Event>`
  );
}
