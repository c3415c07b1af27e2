"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Answer } from "../../../../components/patterns/answer.tsx";
import { Empty } from "../../../../components/patterns/empty.tsx";
import { Link } from "../../../../components/patterns/link.tsx";
import { PageHeader } from "../../../../components/patterns/page-header.tsx";
import { paths } from "../../../../components/patterns/paths.ts";
import { troubleOf } from "../../../../components/patterns/trouble.ts";
import { useAddress } from "../../../../components/patterns/use-address.ts";
import { Sentence } from "../../../../components/ui/name.tsx";
import { Notice } from "../../../../components/ui/notice.tsx";
import { SkeletonRows } from "../../../../components/ui/skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { DraftPreview } from "../../_frame/draft-preview.tsx";
import { RequestForm } from "./request-form.tsx";

/** Asks for secrets in two steps: say what and why; read what will be signed and who is asked; then sign. */
export function NewRequestPage() {
  const trpc = useTRPC();
  const address = useAddress();
  const choices = useQuery(trpc.requests.choices.queryOptions());
  const draft = useMutation(trpc.requests.draft.mutationOptions());
  return (
    <>
      <PageHeader above={<Link href={paths.requests()}>Requests</Link>} title="Ask to use a secret">
        The value is opened on your own device with <code>secrets get</code>, never in a browser.
      </PageHeader>
      <Answer
        of={choices}
        loading={<SkeletonRows rows={5} label="Reading your devices" />}
        forbidden="Your roles do not ask for secrets. An officer can give you one that does."
      >
        {(known) =>
          known.devices.length === 0 ? (
            <Empty title="You have no device yet">
              Values are sealed to an enrolled device. Type <code>secrets login</code> on the
              machine where you need the value, then come back.
            </Empty>
          ) : (
            <div className="grid items-start gap-10 xl:grid-cols-[minmax(20rem,30rem)_minmax(0,48rem)]">
              <div>
                <RequestForm
                  choices={known}
                  initial={address.all("secret")}
                  isBusy={draft.isPending}
                  onEdit={() => draft.reset()}
                  onDraft={(request) =>
                    draft.mutate({ ...request, returnTo: paths.requests({ which: "mine" }) })
                  }
                />
                {draft.error !== null && (
                  <Notice tone="due" className="mt-4">
                    <Sentence>{troubleOf(draft.error).message}</Sentence>
                  </Notice>
                )}
              </div>
              {draft.data !== undefined && (
                <DraftPreview drafted={draft.data} onChange={() => draft.reset()} />
              )}
            </div>
          )
        }
      </Answer>
    </>
  );
}
