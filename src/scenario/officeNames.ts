/**
 * What the machines of an office talk to on their own: names that public lists of endpoints hold, names that no such list
 * holds although they are just as harmless, and what the beacon hides among.
 */

import type { Site } from './internet.ts';
import type { Random } from './random.ts';

/** Beacon and three harmless names end in this: a suffix alone explains nothing. */
export const cdnSuffix = 'azureedge.net';

const cdn = (label: string): Site => ({ name: `${label}.${cdnSuffix}`, port: 443, aliases: [`${label}.ec.${cdnSuffix}`] });

/** On the lists that Microsoft and the makers of certificates publish. */
export const listedSites: readonly Site[] = [
  { name: 'settings-win.data.microsoft.com', port: 443, aliases: ['settingsfd-geo.trafficmanager.net'] },
  { name: 'v10.events.data.microsoft.com', port: 443, aliases: ['global.asimov.events.data.trafficmanager.net'] },
  { name: 'edge.microsoft.com', port: 443 },
  { name: 'smartscreen-prod.microsoft.com', port: 443 },
  { name: 'tsfe.trafficshaping.dsp.mp.microsoft.com', port: 443 },
  { name: 'login.live.com', port: 443 },
  { name: 'displaycatalog.mp.microsoft.com', port: 443 },
  { name: 'fs.microsoft.com', port: 443 },
  { name: 'ctldl.windowsupdate.com', port: 80, target: '/msdownload/update/v3/static/trustedr/en/authrootstl.cab' },
  { name: 'ocsp.digicert.com', port: 80, target: '/MFEwTzBNMEswSTAJBgUrDgMCGgUABBTBL0V27RVZ7LBduom' },
  { name: 'www.msftconnecttest.com', port: 80, target: '/connecttest.txt', userAgent: 'Microsoft NCSI' },
  cdn('edgeassetservice'),
  cdn('widgetcdn'),
  cdn('prod-azurecdn-akamai-iris'),
];

/** The three listed names at the CDN answer from one address. */
export const sharedAddress = `shared.ec.${cdnSuffix}`;

/** Installed on some machines each; on no public list. */
export const unlistedSites: readonly Site[] = [
  { name: 'updates.ledger-suite.example', port: 443 },
  { name: 'licence.draftcad.example', port: 443 },
  { name: 'sync.teamnotes.example', port: 443, aliases: ['sync-eu.teamnotes.example'] },
  { name: 'fonts-update.printworks.example', port: 80, target: '/v2/catalogue', userAgent: 'PrintworksUpdater/4.1' },
  { name: 'definitions.guardian-av.example', port: 443 },
];

/** On every machine, every half hour, and on no public list: regular, but not rare. */
export const heartbeatSite: Site = { name: 'agent.inventory-desk.example', port: 443 };

const innocent = ['assets', 'static', 'media', 'content', 'img', 'cdn'];

/** A name of its own for every seed, which sounds like its neighbours. */
export function beaconSite(random: Random): Site {
  const number = random.below(0x10000).toString(16).padStart(4, '0');
  return cdn(`${random.pick(innocent)}-${random.pick(['prod', 'eu', 'west'])}-${number}`);
}
