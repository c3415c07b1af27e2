import { ROLE_NAMES, type Role } from "@countersign/protocol/roles";
import type { ProposalView } from "@countersign/protocol/views";
import { joinInWords } from "./phrases.ts";
import type { Line } from "./statement-card.ts";

/**
 * The lines that a proposal's chain asks for, with who could sign the empty ones; `reader` is told "you".
 * Of what is decided, those that were signed: nobody will sign the others any more.
 */
export function linesOf({ lines, candidates, status }: ProposalView, reader = ""): Line[] {
  return lines.flatMap(({ anyOf, signed }): Line[] => {
    const whose = joinInWords(
      anyOf.map((role) => ROLE_NAMES[role]),
      "or",
    );
    if (signed !== null) {
      const { name, role, credential, at, index } = signed;
      return [{ whose, signed: { name, role: ROLE_NAMES[role], credential, at, index } }];
    }
    if (status !== "pending") return [];
    return [{ whose, signed: null, hint: whoCan(candidates, anyOf, reader) }];
  });
}

function whoCan(
  candidates: ProposalView["candidates"],
  anyOf: readonly Role[],
  reader: string,
): string {
  const able = candidates
    .filter((it) => it.cannot === null && anyOf.includes(it.role))
    .map((it) => (it.person === reader ? "you" : it.name));
  return able.length === 0
    ? "Nobody can sign this line now."
    : `${joinInWords(able, "or")} can sign here.`;
}
