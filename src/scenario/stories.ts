/** All stories by name. */

import { contradiction } from './contradiction.ts';
import { officeDay } from './officeDay.ts';
import { paper2021 } from './paper2021.ts';
import { clockStories } from './power/clockStories.ts';
import { powerStories } from './power/powerStories.ts';
import type { Story } from './story.ts';
import { bulkUpload, dnsTunnel, icmpTunnel, ntpExfiltration } from './tunnelStories.ts';

/** The same seed gives the same octets on every machine. */
export const stories: Readonly<Record<string, (seed: number) => Story>> = {
  'paper-2021': paper2021,
  'office-day': officeDay,
  contradiction,
  'dns-tunnel': dnsTunnel,
  'icmp-tunnel': icmpTunnel,
  'ntp-exfiltration': ntpExfiltration,
  upload: bulkUpload,
  ...powerStories,
  ...clockStories,
};
