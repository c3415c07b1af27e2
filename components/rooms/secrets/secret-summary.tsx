"use client";
import { ButtonLink } from "../../patterns/link.tsx";
import { Section } from "../../patterns/page-header.tsx";
import { paths } from "../../patterns/paths.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Name } from "../../ui/name.tsx";
import { ChainLines } from "../requests/chain-lines.tsx";
import type { SecretDetail } from "../views.ts";
import { Completeness } from "./completeness.tsx";
import { PolicyFacts } from "./policy-facts.tsx";
import { SecretReaders } from "./secret-readers.tsx";
import { SECRET_LOOKS } from "./secret-words.ts";

/** The name of a secret as a heading: mono, breakable at slashes, copyable with its scheme. */
export function SecretTitle({
  row,
  heading: Heading,
}: {
  row: SecretDetail["row"];
  /** `span` where the page has the heading around it. */
  heading: "h2" | "span";
}) {
  return (
    <div>
      <Heading className="flex items-start gap-1 text-lg font-semibold sm:text-xl">
        <Name>{row.name}</Name>
        <CopyButton text={`secret://${row.name}`} what="name" />
      </Heading>
      <Badge look={SECRET_LOOKS[row.state]} className="mt-1" />
    </div>
  );
}

/** Asks for it, with the reason where that is refused. */
export function AskToUse({ of }: { of: SecretDetail }) {
  return of.may.request === null ? (
    <ButtonLink kind="primary" href={paths.newRequest({ secret: of.row.name })}>
      Ask to use
    </ButtonLink>
  ) : (
    <Button kind="primary" disabledReason={of.may.request}>
      Ask to use
    </Button>
  );
}

/** Who would sign a request for it, before anybody asks. */
export function SecretChain({ of }: { of: SecretDetail }) {
  return (
    <Section title="Who signs a request for it">
      {of.chain === null ? (
        <p className="text-sm text-quiet">
          The key service does not answer, and only it knows. The lists here still work.
        </p>
      ) : (
        <ChainLines chain={of.chain} label="Lines of a request" />
      )}
    </Section>
  );
}

/** Beside the list: what matters most of one secret, in the order in which it is asked. */
export function SecretSummary({ of }: { of: SecretDetail }) {
  return (
    <>
      <SecretTitle row={of.row} heading="h2" />
      <div className="mt-4">
        <AskToUse of={of} />
      </div>
      <div className="mt-5">
        <Completeness blocking={of.blocking} />
      </div>
      <Section title="Policy">
        <PolicyFacts row={of.row} />
      </Section>
      <SecretChain of={of} />
      <Section title="Who can open it now">
        <SecretReaders of={of} />
      </Section>
    </>
  );
}
