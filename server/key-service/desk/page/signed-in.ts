/**
 * Who touched a key in this tab. Only so that the page knows whether to ask for a touch or for the inbox:
 * the session itself is a cookie that no script can read.
 */
export type SignedIn = { readonly person: string; readonly name: string; readonly tenant: string };

const SLOT = "countersign-desk-person";

export function signedIn(): SignedIn | null {
  try {
    const held: unknown = JSON.parse(sessionStorage.getItem(SLOT) ?? "null");
    if (typeof held !== "object" || held === null) return null;
    const { person, name, tenant } = held as Record<string, unknown>; // any JSON object
    return typeof person === "string" && typeof name === "string" && typeof tenant === "string"
      ? { person, name, tenant }
      : null;
  } catch {
    return null;
  }
}

export function rememberSignedIn(who: SignedIn | null): void {
  if (who === null) sessionStorage.removeItem(SLOT);
  else sessionStorage.setItem(SLOT, JSON.stringify(who));
}
