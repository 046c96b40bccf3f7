/** An instant on output: ISO 8601 UTC with microseconds. */

import { z } from 'zod';

export const isoInstant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/);
/** With nanoseconds or picoseconds. */
export const isoExactInstant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.(\d{9}|\d{12})Z$/);
/** How often each of some names occurred. */
export const countsByName = z.record(z.string(), z.number().int().nonnegative());
