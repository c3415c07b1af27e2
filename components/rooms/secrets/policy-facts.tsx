import { Fact, Facts } from "../../ui/facts.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Name } from "../../ui/name.tsx";
import type { SecretRow } from "../views.ts";
import { EnvironmentMark } from "./environment.tsx";
import { classificationInWords, rotationInWords, TYPE_WORDS } from "./secret-words.ts";
import { TierMark } from "./tier.tsx";

const MISSING = <span className="text-amber">not given</span>;

/** The fields that statements and approvals bind, and what the ledger knows about the value. */
export function PolicyFacts({ row: secret }: { row: SecretRow }) {
  return (
    <Facts className="border-y border-line">
      <Fact term="Owner">{secret.owner ?? MISSING}</Fact>
      <Fact term="Service">{secret.service ?? MISSING}</Fact>
      <Fact term="Environment">
        <EnvironmentMark environment={secret.environment} />
      </Fact>
      <Fact term="Data class">{classificationInWords(secret.dataClassification)}</Fact>
      <Fact term="Tier">
        <TierMark tier={secret.tier} />
      </Fact>
      <Fact term="Type">
        {TYPE_WORDS[secret.type] ?? secret.type}
        <span className="text-quiet"> · {secret.category.replaceAll("-", " ")}</span>
      </Fact>
      <Fact term="Rotates">{rotationInWords(secret.rotationPeriodDays)}</Fact>
      <Fact term="Rotated">
        {secret.valueAddedAt === null ? "never" : <Moment at={secret.valueAddedAt} as="exact" />}
      </Fact>
      {secret.valueEndsAt !== null && (
        <Fact term="Rotate by">
          <Moment at={secret.valueEndsAt} as="exact" />
        </Fact>
      )}
      <Fact term="Last read">
        {secret.lastReadAt === null ? "never" : <Moment at={secret.lastReadAt} as="exact" />}
      </Fact>
      <Fact term="Registered">
        <Moment at={secret.registeredAt} as="exact" />
      </Fact>
      <Fact term="Id">
        <Name className="text-xs">{secret.secret}</Name>
      </Fact>
    </Facts>
  );
}
