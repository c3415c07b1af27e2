/*
 * Cookies of the console. Over https their names begin with `__Host-`: a browser then takes them from this host
 * alone, for every path, and never from a sibling domain. Lax, since people come back from the identity provider
 * and from the desk by a link.
 */
export type CookieName = "session" | "sign-in";

const SESSION_SECONDS = 12 * 3600;
const SIGN_IN_SECONDS = 10 * 60;
const AGES = { session: SESSION_SECONDS, "sign-in": SIGN_IN_SECONDS } as const;

export function cookieName(of: CookieName, origin: string): string {
  return `${isSecure(origin) ? "__Host-" : ""}countersign.${of}`;
}

/** A `Set-Cookie` header. @param value base64url and dots only; an empty one forgets the cookie */
export function setCookie(of: CookieName, value: string, origin: string): string {
  const parts = [
    `${cookieName(of, origin)}=${value}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Lax",
    `Max-Age=${value === "" ? 0 : AGES[of]}`,
  ];
  if (isSecure(origin)) parts.push("Secure");
  return parts.join("; ");
}

/** The one cookie of that name; null where there is none, or more than one (somebody planted a second). */
export function readCookie(header: string | null, of: CookieName, origin: string): string | null {
  const wanted = `${cookieName(of, origin)}=`;
  const found = (header ?? "")
    .split(";")
    .map((it) => it.trim())
    .filter((it) => it.startsWith(wanted));
  const [only] = found;
  return found.length === 1 && only !== undefined ? only.slice(wanted.length) : null;
}

function isSecure(origin: string): boolean {
  return origin.startsWith("https:");
}
