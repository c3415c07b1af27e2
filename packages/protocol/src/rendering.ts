import type { OpenedStatement } from "./openings.ts";
import { cardOf } from "./rendering-cards.ts";
import { mono, person, text, time } from "./rendering-phrases.ts";
import type { Rendering } from "./rendering-shape.ts";
import { ROLE_NAMES, type SigningRole } from "./roles.ts";
import { digestWords } from "./words.ts";

export type { RenderedField, Rendering } from "./rendering-shape.ts";

/**
 * Shows a statement to people. Two readers with the same bytes and the same true openings see the same
 * words; whoever withholds an opening makes ids appear, and can make nothing else appear.
 */
export function render(of: OpenedStatement): Rendering {
  const { signer, tenant, signBy } = of.statement;
  const card = cardOf(of, render);
  return {
    title: card.title,
    sentences: card.sentences,
    fields: [
      ...card.fields,
      person(of, "Signer", signer),
      text("Signs as", signingRoleInWords(signer.role)),
      mono("Signer id", signer.person),
      mono("Tenant", tenant),
      time("Sign by", signBy),
    ],
    about: card.about ?? null,
    words: digestWords(of.digest),
    digest: of.digest,
  };
}

function signingRoleInWords(of: SigningRole): string {
  return of === "member" ? "themselves, no role is needed" : ROLE_NAMES[of];
}
