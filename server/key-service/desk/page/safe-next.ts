/**
 * Where the page may go after signing: a path of the desk, or the command line's listener on this machine.
 * Anything else that an answer names is dropped (null).
 */
export function safeNext(next: string | null): string | null {
  if (next === null || next.length > 500) return null;
  const isPath = /^\/(?:[A-Za-z0-9_.=?&#,-][A-Za-z0-9/_.=?&#,-]*)?$/.test(next);
  return isPath || isLoopback(next) ? next : null;
}

/** Ports from 1024; no name but 127.0.0.1, which no resolver can point elsewhere. */
export function isLoopback(next: string): boolean {
  const port = /^http:\/\/127\.0\.0\.1:([1-9]\d{3,4})\/[A-Za-z0-9/_.?=&-]*$/.exec(next)?.[1];
  return port !== undefined && Number(port) >= 1024 && Number(port) <= 65_535;
}
