/** What `yoban explain add`, `remove` and `import` print as JSON. A published contract: fields are only added within a major version. */

import { z } from 'zod';
import { decisionOutput } from './explain.ts';

export const explainDecided = z.strictObject({
  /** Written now. */
  decisions: z.array(decisionOutput),
  /** Rules that stood so already. */
  unchanged: z.array(z.string()),
});
export type ExplainDecided = z.infer<typeof explainDecided>;
