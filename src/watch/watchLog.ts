/** Where the running box says what it does: the log of `app/` fits. */

export interface WatchLog {
  error(message: string, details?: Readonly<Record<string, string | number>>): void;
  warn(message: string, details?: Readonly<Record<string, string | number>>): void;
  info(message: string, details?: Readonly<Record<string, string | number>>): void;
}
