"use client";
import { useQuery } from "@tanstack/react-query";
import { Answer } from "../../../components/patterns/answer.tsx";
import { Inspector } from "../../../components/patterns/inspector.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { RequestCard } from "../../../components/rooms/requests/request-detail.tsx";
import { SkeletonFacts } from "../../../components/ui/skeleton.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { live } from "../_frame/live.ts";
import { RequestActs } from "./request-acts.tsx";

/** One request beside the list. */
export function OpenRequest({ proposal, closeHref }: { proposal: string; closeHref: string }) {
  const trpc = useTRPC();
  const detail = useQuery({ ...trpc.requests.detail.queryOptions({ proposal }), ...live });
  return (
    <Inspector
      label={detail.data?.card.title ?? "Request"}
      closeHref={closeHref}
      fullHref={paths.request(proposal)}
    >
      <Answer of={detail} loading={<SkeletonFacts label="Reading the request" />}>
        {(of) => (
          <>
            <RequestActs of={of} />
            <div className="mt-4 [&_article]:border-0 [&_article]:p-0">
              <RequestCard of={of} heading="h2" />
            </div>
          </>
        )}
      </Answer>
    </Inspector>
  );
}
