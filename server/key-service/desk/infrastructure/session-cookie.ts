import { SESSION_LIFE_SECONDS } from "./desk-sessions.ts";

/** `__Host-` binds the cookie to this host and to TLS (RFC 6265bis section 4.1.3); plain http has no such thing. */
export function sessionCookieName(deskOrigin: string): string {
  return isTls(deskOrigin) ? "__Host-countersign-desk" : "countersign-desk";
}

export function sessionCookie(deskOrigin: string, token: string): string {
  return attributes(deskOrigin, token, SESSION_LIFE_SECONDS);
}

/** Makes the browser forget it. */
export function endedSessionCookie(deskOrigin: string): string {
  return attributes(deskOrigin, "", 0);
}

/** The one cookie of ours. Null when there is none, or more than one: then somebody planted one. */
export function readSessionCookie(deskOrigin: string, header: string | undefined): string | null {
  const prefix = `${sessionCookieName(deskOrigin)}=`;
  const ours = (header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix));
  const [only] = ours;
  return only !== undefined && ours.length === 1 ? only.slice(prefix.length) : null;
}

function attributes(deskOrigin: string, value: string, maxAgeSeconds: number): string {
  const secure = isTls(deskOrigin) ? "; Secure" : "";
  return `${sessionCookieName(deskOrigin)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
}

function isTls(deskOrigin: string): boolean {
  return deskOrigin.startsWith("https://");
}
