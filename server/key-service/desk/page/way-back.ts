import { ask } from "./key-service.ts";

/**
 * The place in the console that the link to this page named (`?return=/requests`), as the key service spells
 * it; null where none was named, or where the desk does not lead there.
 */
export async function wayBack(): Promise<string | null> {
  const path = new URLSearchParams(location.search).get("return");
  return path === null ? null : addressOf(path);
}

/** Where the console signs people in; null where this desk knows of no console. */
export function consoleSignIn(): Promise<string | null> {
  return addressOf("/sign-in");
}

async function addressOf(path: string): Promise<string | null> {
  try {
    const { url } = await ask("/desk/v1/return", { path });
    return url !== null && /^https?:\/\//.test(url) ? url : null;
  } catch {
    return null; // What there is to sign matters more: the person finds their own way.
  }
}
