import type { Act } from "@countersign/protocol/acts";
import { fromBase64url } from "@countersign/protocol/bytes";
import type { ConsoleApiOutput } from "@countersign/protocol/console-api";
import type { DraftId } from "@countersign/protocol/ids";
import { type Openings, openStatement } from "@countersign/protocol/openings";
import { refuse } from "@countersign/protocol/refusals";
import { render } from "@countersign/protocol/rendering";
import type { Rendering } from "@countersign/protocol/rendering-shape";
import type { Caller } from "../sessions/domain/session.ts";
import type { Drafted } from "../shapes/drafted.ts";
import type { ConsoleContext } from "../trpc/context.ts";
import { orThrow } from "../trpc/procedure.ts";
import { RefusalError } from "../trpc/refusal-error.ts";

type Drafting = { readonly parts: ConsoleContext["parts"]; readonly caller: Caller };

/**
 * Asks the key service to draw up a statement for the caller and shows it as the desk will. The draft gives no
 * right; only what the person then signs at the desk has an effect.
 *
 * @throws RefusalError what the key service answered
 */
export async function draftAct(
  { parts, caller }: Drafting,
  act: Act,
  returnTo: string,
): Promise<Drafted> {
  const { tenant, person } = caller;
  const drafted = orThrow(
    await parts.keyService.call("/console/v1/drafts", { tenant, person, act }),
  );
  return {
    draft: drafted.draft,
    digest: drafted.digest,
    link: withReturn(drafted.link, naming([drafted.draft], returnTo)),
    card: await cardOf(drafted),
    lines: drafted.lines,
    candidates: drafted.candidates,
  };
}

/** The desk's page for several drafts at once: one touch signs all that it shows. */
export function linkToAll(
  drafted: readonly Pick<Drafted, "draft" | "link">[],
  returnTo: string,
): string {
  const [first] = drafted;
  if (first === undefined) throw new Error("there is no link to no draft");
  const link = new URL(first.link);
  if (drafted.length > 1) {
    link.pathname = "/d";
    link.searchParams.set("ids", drafted.map((it) => it.draft).join(","));
  }
  return withReturn(
    link.href,
    naming(
      drafted.map((it) => it.draft),
      returnTo,
    ),
  );
}

/** Longer queries the desk does not come back to. */
const LONGEST_QUERY = 1800;

/** The page that is come back to asks what became of each draft, and says so; it remembers nothing by itself. */
function naming(drafts: readonly DraftId[], returnTo: string): string {
  const named = `${returnTo}${returnTo.includes("?") ? "&" : "?"}draft=${drafts.join(",")}`;
  return named.length - named.indexOf("?") - 1 > LONGEST_QUERY ? returnTo : named;
}

/** The desk goes back there when the person has signed or declined; it judges the path by itself. */
export function withReturn(link: string, returnTo: string): string {
  const url = new URL(link);
  url.searchParams.set("return", returnTo);
  return url.href;
}

/** The protocol's rendering of statement bytes and what truly opens them. */
export async function cardOf(
  of: Pick<ConsoleApiOutput<"/console/v1/drafts">, "statement"> & { readonly openings: Openings },
): Promise<Rendering> {
  const bytes = fromBase64url(of.statement);
  const opened = bytes === null ? null : await openStatement(bytes, of.openings);
  if (opened === null || !opened.ok) {
    throw new RefusalError(
      refuse(
        "unavailable",
        "The key service sent a statement that this console cannot read. An operator brings both to the same version.",
      ),
    );
  }
  return render(opened.value);
}
