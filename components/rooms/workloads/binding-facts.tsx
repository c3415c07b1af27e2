"use client";
import { Link } from "../../patterns/link.tsx";
import { paths } from "../../patterns/paths.ts";
import { Badge } from "../../ui/badge.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Fact, Facts } from "../../ui/facts.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Name } from "../../ui/name.tsx";
import { Notice } from "../../ui/notice.tsx";
import { EnvironmentMark } from "../secrets/environment.tsx";
import { BINDING_LOOKS } from "../standing.ts";
import type { BindingRow } from "../views.ts";
import { PROOF_WORDS } from "./bindings-table.tsx";

const VOUCHED =
  "The gateway says who this workload is; while somebody else owns the gateway, they could say it too. " +
  "Refused for production secrets with personal data.";

/** One binding in full. */
export function BindingFacts({ row }: { row: BindingRow }) {
  return (
    <>
      <h2 className="flex items-start gap-1 text-lg font-semibold">
        <Name>{row.workload}</Name>
        <CopyButton text={row.workload} what="workload" />
      </h2>
      <Badge look={BINDING_LOOKS[row.state]} className="mt-1.5" />
      {row.proof === "gateway-vouched" && <Notice className="mt-4 text-sm">{VOUCHED}</Notice>}
      <Facts className="mt-4 border-y border-line">
        <Fact term="Secret">
          <Link href={paths.secret(row.secret)}>
            <Name>{row.name}</Name>
          </Link>
        </Fact>
        <Fact term="Environment">
          <EnvironmentMark environment={row.environment} />
        </Fact>
        <Fact term="Service">{row.service}</Fact>
        <Fact term="Proof">{PROOF_WORDS[row.proof]}</Fact>
        <Fact term="Bound">
          <Link href={paths.auditEntry(row.entry)}>
            <Moment at={row.boundAt} as="exact" />
          </Link>
        </Fact>
        <Fact term="Ends">
          <Moment at={row.expiresAt} as="exact" />
        </Fact>
        <Fact term="Id">
          <Name className="text-xs">{row.binding}</Name>
        </Fact>
      </Facts>
    </>
  );
}
