"use client";
import { useQuery } from "@tanstack/react-query";
import { Answer } from "../../../../components/patterns/answer.tsx";
import { Link } from "../../../../components/patterns/link.tsx";
import { PageLoading } from "../../../../components/patterns/page-loading.tsx";
import { paths } from "../../../../components/patterns/paths.ts";
import {
  RequestAside,
  RequestCard,
} from "../../../../components/rooms/requests/request-detail.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { live } from "../../_frame/live.ts";
import { RequestActs } from "../request-acts.tsx";
import { useDecide } from "../use-decide.ts";
import { useInboxKeys } from "../use-inbox-keys.ts";

/** One request: what would be signed, who has signed, who can, and why the reader cannot. */
export function RequestPage({ proposal }: { proposal: string }) {
  const trpc = useTRPC();
  const detail = useQuery({ ...trpc.requests.detail.queryOptions({ proposal }), ...live });
  const { decide } = useDecide();
  const mayApprove = detail.data?.row.status === "pending" && detail.data.cannot.approve === null;
  useInboxKeys({
    onApprove:
      detail.data !== undefined && mayApprove
        ? () => decide("approve", [detail.data.row.proposal])
        : null,
  });
  return (
    <>
      <p className="pt-6 pb-3 text-sm">
        <Link href={paths.requests()}>Requests</Link>
      </p>
      <Answer
        of={detail}
        heading="h1"
        loading={<PageLoading what="Request" />}
        forbidden="A request is seen by whoever asked, by those who can sign it, by security admins and auditors."
      >
        {(of) => (
          <div className="grid items-start gap-x-10 gap-y-6 xl:grid-cols-[minmax(0,52rem)_minmax(18rem,24rem)] xl:grid-rows-[auto_1fr]">
            <div className="min-w-0 xl:row-span-2">
              <RequestCard of={of} heading="h1" />
            </div>
            <div className="max-xl:sticky max-xl:bottom-0 max-xl:-mx-3 max-xl:border-t max-xl:border-line max-xl:bg-paper max-xl:px-3 max-xl:py-3 empty:hidden xl:col-start-2">
              <RequestActs of={of} />
            </div>
            <div className="min-w-0 xl:col-start-2">
              <RequestAside of={of} />
            </div>
          </div>
        )}
      </Answer>
    </>
  );
}
