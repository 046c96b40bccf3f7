/** A process of its own that holds a store and answers for it, until its stdin ends. */

import { StoreServer } from '../../src/store/server.ts';
import { Store } from '../../src/store/store.ts';

const store = await Store.open(process.argv[2] as string);
const server = await StoreServer.listen(store);
process.stdout.write('holding\n');
for await (const _ of process.stdin);
await server.close();
await store.close();
