import { ok } from "../../../kernel/result.ts";
import type { PeopleHandlers } from "../infrastructure/people-handlers.ts";

export type ReturnParts = {
  /** The console, as configuration names it; without an origin the desk leads nowhere. */
  readonly console: { readonly origin: string | null; readonly returnPaths: readonly string[] };
};

/**
 * Where the desk may lead a person back to. Whoever links to the desk names a path; only a path of the
 * configured console that is on the list becomes an address, so that the desk is nobody's open redirect.
 */
export function returnHandlers({
  console: { origin, returnPaths },
}: ReturnParts): Pick<PeopleHandlers, "/desk/v1/return"> {
  return {
    "/desk/v1/return": async ({ path }) => {
      const isAllowed = origin !== null && isWritten(path) && isListed(path, returnPaths);
      return ok({ url: isAllowed ? `${origin}${path}` : null });
    },
  };
}

/**
 * A path and perhaps a query, with room for the ids of fifty drafts; without anything that two readers could take for
 * different places (lesson L8).
 */
function isWritten(path: string): boolean {
  const [before = "", query, ...more] = path.split("?");
  const segments = before.split("/").slice(1);
  return (
    more.length === 0 &&
    before.startsWith("/") &&
    (before === "/" || segments.every((it) => /^[A-Za-z0-9_-]{1,100}$/.test(it))) &&
    (query === undefined || /^[A-Za-z0-9_.,=&-]{0,1800}$/.test(query))
  );
}

function isListed(path: string, listed: readonly string[]): boolean {
  const [before = ""] = path.split("?");
  return listed.some((it) => before === it || (it !== "/" && before.startsWith(`${it}/`)));
}
