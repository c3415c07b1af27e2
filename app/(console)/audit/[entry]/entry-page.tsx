"use client";
import { useQuery } from "@tanstack/react-query";
import { Answer } from "../../../../components/patterns/answer.tsx";
import { Link } from "../../../../components/patterns/link.tsx";
import { PageLoading } from "../../../../components/patterns/page-loading.tsx";
import { paths } from "../../../../components/patterns/paths.ts";
import { AuditEntry } from "../../../../components/rooms/audit/audit-detail.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";

/** One entry of the ledger with its proof, checked in the page. */
export function EntryPage({ entry }: { entry: number }) {
  const trpc = useTRPC();
  const detail = useQuery(trpc.audit.detail.queryOptions({ entry }));
  return (
    <div className="max-w-3xl">
      <p className="pt-6 pb-3 text-sm">
        <Link href={paths.audit()}>Audit</Link>
      </p>
      <Answer
        of={detail}
        heading="h1"
        loading={<PageLoading what="Entry" />}
        forbidden="This entry is not of a service that you administer. A compliance auditor reads all."
      >
        {(of) => <AuditEntry of={of} heading="h1" />}
      </Answer>
    </div>
  );
}
