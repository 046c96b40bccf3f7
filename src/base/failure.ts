/**
 * What goes wrong around us: a missing file, a lock, a permission. Thrown, with a stable code and what to do next.
 *
 * Hostile or damaged input is never a failure but a `Fault` (`base/octets.ts`); our own mistakes are plain `Error`s.
 */

export class Failure extends Error {
  override readonly name: string = 'Failure';

  /**
   * @param code stable, upper case with underscores: programs may rely on it
   * @param message what happened and where, without a full stop
   * @param advice what to do next, without a full stop
   */
  constructor(
    readonly code: string,
    message: string,
    readonly advice: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
