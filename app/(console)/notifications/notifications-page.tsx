"use client";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Answer } from "../../../components/patterns/answer.tsx";
import { Empty } from "../../../components/patterns/empty.tsx";
import { ButtonLink } from "../../../components/patterns/link.tsx";
import { LoadMore } from "../../../components/patterns/load-more.tsx";
import { PageHeader, Section } from "../../../components/patterns/page-header.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { troubleOf } from "../../../components/patterns/trouble.ts";
import { MailForm } from "../../../components/rooms/notifications/mail-form.tsx";
import { NoticeList } from "../../../components/rooms/notifications/notice-list.tsx";
import type { NoticeRow } from "../../../components/rooms/views.ts";
import { Button } from "../../../components/ui/button.tsx";
import { SkeletonRows } from "../../../components/ui/skeleton.tsx";
import { useToast } from "../../../components/ui/toast.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { live } from "../_frame/live.ts";

/** What the reader was told, newest first, and by which ways they want to be told. */
export function NotificationsPage() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const list = useInfiniteQuery({
    ...trpc.notifications.list.infiniteQueryOptions({}, { getNextPageParam: (page) => page.next }),
    ...live,
  });
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const seen = useMutation(
    trpc.notifications.markSeen.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.notifications.pathFilter()),
    }),
  );
  const newest = newestUnseen(rows);
  return (
    <>
      <PageHeader
        title="Notifications"
        acts={
          newest !== null && (
            <Button
              disabledReason={seen.isPending ? "It is being noted." : null}
              onClick={() => seen.mutate({ until: newest })}
            >
              I have seen all
            </Button>
          )
        }
      >
        What waits for you, and what became of what you proposed. A notification leads somewhere; it
        decides nothing.
      </PageHeader>
      <div className="grid items-start gap-x-12 gap-y-8 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <Answer
          of={{ data: rows, error: list.error, refetch: list.refetch }}
          loading={<SkeletonRows label="Reading your notifications" />}
          forbidden="Whoever has a role is told of what waits for them. An officer gives one."
        >
          {(shown) =>
            shown.length === 0 ? (
              <Empty
                title="You were told of nothing yet"
                act={<ButtonLink href={paths.requests()}>What waits for you</ButtonLink>}
              >
                As soon as something waits for your signature, or what you proposed is decided, it
                stands here.
              </Empty>
            ) : (
              <div>
                <NoticeList rows={shown} />
                <LoadMore
                  shown={shown.length}
                  what="notifications"
                  more={list.hasNextPage}
                  isLoading={list.isFetchingNextPage}
                  onMore={() => void list.fetchNextPage()}
                />
              </div>
            )
          }
        </Answer>
        <div>
          <Mail />
        </div>
      </div>
    </>
  );
}

function newestUnseen(rows: readonly NoticeRow[] | undefined): string | null {
  return rows?.find((it) => it.seenAt === null)?.toldAt ?? null;
}

function Mail() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const say = useToast();
  const settings = useQuery(trpc.notifications.settings.queryOptions());
  const save = useMutation(
    trpc.notifications.setMail.mutationOptions({
      onSuccess: (kept) => {
        queries.setQueryData(trpc.notifications.settings.queryKey(), kept);
        say({ title: kept.wanted ? `Mail goes to ${kept.address}` : "You get no mail" });
      },
    }),
  );
  if (settings.data === undefined) return null;
  return (
    <Section title="By mail">
      <MailForm
        key={settings.data.address}
        settings={settings.data}
        isBusy={save.isPending}
        trouble={save.error === null ? null : troubleOf(save.error).message}
        onSave={(wish) => save.mutate(wish)}
      />
    </Section>
  );
}
