/** How a verb that only reads reaches a store: through the socket of its holder, or by holding it for a moment itself. */

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../base/failure.ts';
import { StoreClient } from './client.ts';
import type { DatabaseOptions } from './database.ts';
import { databaseFile } from './databaseFile.ts';
import type { Store } from './store.ts';

export type Access = { readonly kind: 'holder'; readonly store: Store } | { readonly kind: 'asker'; readonly client: StoreClient };

/** Throws where there is no store: reading makes none. */
export async function reachStore(folder: string, options: DatabaseOptions = {}): Promise<Access> {
  await access(join(folder, databaseFile)).catch((cause) => {
    throw new Failure(
      'STORE_MISSING',
      `there is no store in ${folder}`,
      'fill one with `yoban replay FILE… --data DIR`, or name its folder with --data',
      { cause },
    );
  });
  const deadline = performance.now() + (options.waitMs ?? 10_000);
  for (;;) {
    const client = await StoreClient.connect(folder);
    if (client) return { kind: 'asker', client };
    // Not before it is needed: the database alone takes half a second to load.
    const { Store } = await import('./store.ts');
    try {
      return { kind: 'holder', store: await Store.open(folder, { ...options, waitMs: 0 }) };
    } catch (error) {
      // Held, but not listening yet: it is just starting.
      if (!(error instanceof Failure && error.code === 'STORE_HELD') || performance.now() >= deadline) throw error;
    }
    await sleep(100, undefined, options.signal ? { signal: options.signal } : {});
  }
}
