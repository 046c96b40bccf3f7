/**
 * The story *office-day*: ten Windows hosts through one day, one of them infected. Its beacon calls home day and night and
 * hides behind a CDN that harmless services use as well; some of the harmless names stand on no list.
 */

import { minute } from '../base/time.ts';
import { callHome, officeStory } from './office.ts';
import { beaconSite, cdnSuffix } from './officeNames.ts';
import type { Story } from './story.ts';

export function officeDay(seed: number): Story {
  return officeStory('office-day', seed, ({ internet, infected, random }) => {
    const site = beaconSite(random.branch('beacon'));
    callHome(internet, infected, { site, period: random.between(10, 20) * minute, jitter: 0.1, benign: false }, random.branch('calls'));
    return { peer: site.name, note: `The beacon and three harmless names end in ${cdnSuffix}.` };
  });
}
