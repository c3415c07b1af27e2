"use client";
import { useQuery } from "@tanstack/react-query";
import { Answer } from "../../../components/patterns/answer.tsx";
import { PageHeader } from "../../../components/patterns/page-header.tsx";
import { StatusBoard } from "../../../components/rooms/status/status-board.tsx";
import { StatusSkeleton } from "../../../components/rooms/status/status-skeleton.tsx";
import { Moment } from "../../../components/ui/moment.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { asked } from "../_frame/live.ts";

/** How each part is, what that means, and the head of the ledger to compare with a witness. */
export function StatusPage() {
  const trpc = useTRPC();
  const status = useQuery({ ...trpc.status.read.queryOptions(), ...asked });
  return (
    <>
      <PageHeader title="Status">
        {status.data === undefined ? (
          "How each part is, and what that means."
        ) : (
          <>
            Asked <Moment at={status.data.at} />.
          </>
        )}
      </PageHeader>
      <Answer of={status} loading={<StatusSkeleton />}>
        {(known) => <StatusBoard status={known} />}
      </Answer>
    </>
  );
}
