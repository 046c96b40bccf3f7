/** Tables 1 and 2 of Tsunoda, Tarukawa, Honda (Tohoku Institute of Technology, 2021): what a sleeping Windows 10 host said in three days. */

import type { Site } from './internet.ts';

export interface OutsideRow {
  readonly site: Site;
  /** Both directions. */
  readonly packets: number;
  /** The paper counts packets only; this is how many connections carry them here. */
  readonly conversations: number;
}

/** Table 1: 457 packets. Its sixth row is printed `scrootcal`, a misread `scrootca1`. */
export const outsideRows: readonly OutsideRow[] = [
  {
    site: { name: 'settings-win.data.microsoft.com', port: 443, aliases: ['settingsfd-geo.trafficmanager.net'] },
    packets: 147,
    conversations: 12,
  },
  {
    site: { name: 'edge.microsoft.com', port: 443, aliases: ['edge-microsoft-com.dual-a-0036.a-msedge.net'] },
    packets: 73,
    conversations: 6,
  },
  {
    site: { name: 'smartscreen-prod.microsoft.com', port: 443, aliases: ['wd-prod-ss.trafficmanager.net'] },
    packets: 56,
    conversations: 4,
  },
  {
    site: {
      name: 'ctldl.windowsupdate.com',
      port: 80,
      aliases: ['wu-bg-shim.trafficmanager.net', 'download.windowsupdate.com.edgesuite.net'],
      target: '/msdownload/update/v3/static/trustedr/en/disallowedcertstl.cab',
    },
    packets: 51,
    conversations: 4,
  },
  {
    site: { name: 'v10.events.data.microsoft.com', port: 443, aliases: ['global.asimov.events.data.trafficmanager.net'] },
    packets: 44,
    conversations: 3,
  },
  { site: { name: 'scrootca1.ocsp.secomtrust.net', port: 80, target: '/MFQwUjBQME4wTDAJBgUrDgMCGgUA' }, packets: 30, conversations: 2 },
  { site: { name: 'scrootca2.ocsp.secomtrust.net', port: 80, target: '/MFIwUDBOMEwwSjAJBgUrDgMCGgUA' }, packets: 30, conversations: 3 },
  {
    site: {
      name: 'tsfe.trafficshaping.dsp.mp.microsoft.com',
      port: 443,
      aliases: ['tsfe.trafficshaping.dsp.trafficmanager.net'],
    },
    packets: 26,
    conversations: 2,
  },
];

/** Table 2: 312 packets. A lookup and a ping are two packets each; the others are one-way. */
export const insideRows = { ssdp: 183, dns: 72, icmp: 48, browser: 9 } as const;
