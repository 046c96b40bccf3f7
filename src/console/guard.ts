/** Who may ask, and what browsers may do with the answer. */

/** Nothing but files of this console's own; no inline script or style; nobody may frame it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export const securityHeaders: readonly (readonly [string, string])[] = [
  ['Content-Security-Policy', contentSecurityPolicy],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), microphone=(), geolocation=()'],
  ['Cache-Control', 'no-store'],
];

/** The name in a Host header, without its port; `undefined` where there is none or it is none. */
export function hostNameOf(header: string | undefined): string | undefined {
  const found = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i.exec(header ?? '');
  return found?.[1]?.toLowerCase().replace(/^\[|\]$/g, '');
}

/** Names of this machine towards itself, and the address that it listens on: no name that a stranger's DNS could give. */
export function isOwnHost(name: string | undefined, listen: string): boolean {
  return (
    name !== undefined &&
    (name === 'localhost' || name === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name) || name === listen.toLowerCase())
  );
}
