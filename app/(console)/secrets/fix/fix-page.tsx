"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Answer } from "../../../../components/patterns/answer.tsx";
import { Empty } from "../../../../components/patterns/empty.tsx";
import { ButtonLink, Link } from "../../../../components/patterns/link.tsx";
import { LoadMore } from "../../../../components/patterns/load-more.tsx";
import { PageHeader } from "../../../../components/patterns/page-header.tsx";
import { paths } from "../../../../components/patterns/paths.ts";
import { useAddress } from "../../../../components/patterns/use-address.ts";
import { FixRows } from "../../../../components/rooms/secrets/fix-rows.tsx";
import { MetadataForm } from "../../../../components/rooms/secrets/metadata-form.tsx";
import type { SecretEdit } from "../../../../components/rooms/views.ts";
import { Notice } from "../../../../components/ui/notice.tsx";
import { SkeletonRows } from "../../../../components/ui/skeleton.tsx";
import { counted } from "../../../../components/ui/time-words.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { useDesk } from "../../_frame/use-desk.ts";
import { useNoOwnService } from "../../_rights/own-service.tsx";

const MOST = 50;

/** The queue of what is incomplete: choose several, say what is missing once, sign all with one touch. */
export function FixPage() {
  const trpc = useTRPC();
  const desk = useDesk();
  const address = useAddress();
  const noService = useNoOwnService();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(address.all("secret")));
  const list = useInfiniteQuery(
    trpc.secrets.list.infiniteQueryOptions(
      { state: ["incomplete"] },
      { getNextPageParam: (page) => page.next },
    ),
  );
  const edit = useMutation(
    trpc.secrets.draftEdit.mutationOptions({
      onSuccess: (answer) => {
        if (answer.link !== null && answer.refused.length === 0) desk.follow(answer.link);
      },
      onError: desk.failed,
    }),
  );
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const picked = (rows ?? []).filter((row) => chosen.has(row.secret));
  const send = (change: SecretEdit["change"]) =>
    edit.mutate({
      edits: picked.map(({ secret }) => ({ secret, change })),
      returnTo: desk.returnTo,
    });
  // One after the other within one deed: each from what the one before it left.
  const choose = (secret: string, on: boolean) =>
    setChosen((before) => {
      const next = new Set(before);
      if (on) next.add(secret);
      else next.delete(secret);
      return next;
    });
  return (
    <>
      <PageHeader above={<Link href={paths.secrets()}>Secrets</Link>} title="Fix metadata">
        What is incomplete is kept, and not handed out to anybody. Choose those that lack the same
        thing, say it once, and sign all of them with one touch at the desk.
      </PageHeader>
      <Answer
        of={{ data: rows, error: list.error, refetch: list.refetch }}
        loading={<SkeletonRows label="Reading what is incomplete" />}
        forbidden="Metadata is fixed by the service admins of a service and by security admins."
      >
        {(shown) =>
          shown.length === 0 ? (
            <Empty
              title="Nothing is incomplete"
              act={<ButtonLink href={paths.secrets()}>All secrets</ButtonLink>}
            >
              Every secret carries owner, service, data class, tier and rotation period.
            </Empty>
          ) : (
            <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_22rem]">
              <div>
                <FixRows rows={shown} chosen={chosen} onChoose={choose} />
                <LoadMore
                  shown={shown.length}
                  what="incomplete secrets"
                  more={list.hasNextPage}
                  isLoading={list.isFetchingNextPage}
                  onMore={() => void list.fetchNextPage()}
                />
              </div>
              <div className="lg:sticky lg:top-20">
                <MetadataForm
                  count={picked.length}
                  refusal={
                    noService ??
                    (picked.length === 0
                      ? "Choose one secret or more at the left."
                      : picked.length > MOST
                        ? `One touch signs ${MOST} at most. Take ${picked.length - MOST} away.`
                        : edit.isPending
                          ? "It is being drawn up."
                          : null)
                  }
                  onSend={send}
                />
                {edit.data !== undefined && edit.data.refused.length > 0 && (
                  <Refused
                    count={edit.data.drafts.length}
                    reasons={edit.data.refused.map((it) => it.message)}
                    onGo={() => edit.data.link !== null && desk.follow(edit.data.link)}
                  />
                )}
              </div>
            </div>
          )
        }
      </Answer>
    </>
  );
}

function Refused({
  count,
  reasons,
  onGo,
}: {
  count: number;
  reasons: readonly string[];
  onGo: () => void;
}) {
  return (
    <Notice tone="due" className="mt-4">
      <p className="font-medium">{counted(reasons.length, "secret")} cannot be changed so:</p>
      <ul className="mt-1 list-disc pl-4 text-sm">
        {[...new Set(reasons)].map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      {count > 0 && (
        <button type="button" onClick={onGo} className="mt-2 font-medium text-blue underline">
          Sign the other {count} at the desk
        </button>
      )}
    </Notice>
  );
}
