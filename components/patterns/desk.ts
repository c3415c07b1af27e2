import { paths } from "./paths.ts";

/** What the desk may be asked to come back to: a path of the console, plain enough to stand in a link. */
const RETURNABLE = /^\/(?:[a-z-]+(?:\/[A-Za-z0-9_-]+)*)?(?:\?[A-Za-z0-9_=&.-]*)?$/;

/** Where the reader is now, as far as the desk can be told; what is typed in a search is left behind. */
export function returnPath(pathname: string, search: string): string {
  if (RETURNABLE.test(pathname + search)) return pathname + search;
  return RETURNABLE.test(pathname) ? pathname : paths.overview();
}

/**
 * Whether a link leads to the desk. The console's server says where the desk is; a page follows nothing
 * else, so that a link that came with an answer cannot send somebody to a look-alike.
 */
export function isDeskLink(link: string, deskOrigin: string): boolean {
  return URL.canParse(link) && new URL(link).origin === deskOrigin;
}
