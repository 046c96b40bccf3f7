/** Where the holder of a store listens: `DATA/yoban.sock`. */

import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

export const socketFile = 'yoban.sock';

/** sun_path holds 108 octets with the closing zero (unix(7)). */
const longestSocketPath = 107;

export interface SocketPath {
  readonly path: string;
  close(): Promise<void>;
}

/** A path that fits into a socket address, however deep the folder lies: through a descriptor of the folder if it must. */
export async function socketPath(folder: string): Promise<SocketPath> {
  const direct = join(folder, socketFile);
  if (Buffer.byteLength(direct) <= longestSocketPath) return { path: direct, close: async () => undefined };
  const handle: FileHandle = await open(folder, 'r');
  return { path: `/proc/self/fd/${handle.fd}/${socketFile}`, close: () => handle.close() };
}
