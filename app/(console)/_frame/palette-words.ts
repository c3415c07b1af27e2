const DEED =
  /^(?:ask\s+(?:for|to\s+use)|request|explain|why(?:\s+can(?:\s+i\s+not|'t\s+i|not\s+i)?)?|go\s+to|look\s+at|open|use)\s+/i;

/** Not a name: what is approved next is known already. */
const APPROVAL = /^approve(?:\s+next)?(?:\s+|$)/i;

/** What somebody looks for, without the deed that they typed before it: `ask for postgres` looks for `postgres`. */
export function soughtName(words: string): string {
  return words
    .trim()
    .replace(APPROVAL, "")
    .replace(DEED, "")
    .replace(/^secret:\/\//, "");
}

/** What stands before the reader: beside a list, or on its own page. Ids as the address has them. */
export type InView = { readonly room: "requests" | "secrets"; readonly id: string } | null;

const PAGES_WITHOUT_ONE = ["new", "fix"];

export function inView(pathname: string, open: string | null): InView {
  const [, room, page] = pathname.split("/");
  if (room !== "requests" && room !== "secrets") return null;
  if (page === undefined || page === "") return open === null ? null : { room, id: open };
  return PAGES_WITHOUT_ONE.includes(page) ? null : { room, id: decodeURIComponent(page) };
}
