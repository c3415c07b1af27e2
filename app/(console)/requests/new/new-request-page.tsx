"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Answer } from "../../../../components/patterns/answer.tsx";
import { isDeskLink } from "../../../../components/patterns/desk.ts";
import { Empty } from "../../../../components/patterns/empty.tsx";
import { DeskLink, Link } from "../../../../components/patterns/link.tsx";
import { PageHeader } from "../../../../components/patterns/page-header.tsx";
import { paths } from "../../../../components/patterns/paths.ts";
import { troubleOf } from "../../../../components/patterns/trouble.ts";
import { useAddress } from "../../../../components/patterns/use-address.ts";
import { Candidates } from "../../../../components/rooms/statement/candidates.tsx";
import { SignatureLines } from "../../../../components/rooms/statement/signature-lines.tsx";
import { StatementCard } from "../../../../components/rooms/statement/statement-card.tsx";
import type { Drafted } from "../../../../components/rooms/views.ts";
import { Button } from "../../../../components/ui/button.tsx";
import { Sentence } from "../../../../components/ui/name.tsx";
import { Notice } from "../../../../components/ui/notice.tsx";
import { SkeletonRows } from "../../../../components/ui/skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { useMe } from "../../_frame/me.tsx";
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
                <Preview drafted={draft.data} onChange={() => draft.reset()} />
              )}
            </div>
          )
        }
      </Answer>
    </>
  );
}

function Preview({ drafted, onChange }: { drafted: Drafted; onChange: () => void }) {
  const deskOrigin = useMe()?.deskOrigin;
  const ref = useRef<HTMLElement>(null);
  // The form was sent: what came of it is what should be read next.
  useEffect(() => {
    ref.current?.focus();
    ref.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const { lines, candidates } = drafted;
  return (
    <section
      ref={ref}
      tabIndex={-1}
      aria-label="What you will sign"
      className="min-w-0 scroll-mt-20 outline-none"
    >
      <Notice tone="accent" className="mb-4">
        Nothing is sent yet. This is what you will sign, and{" "}
        {lines.length === 0
          ? "your own signature is enough."
          : "these are the lines that others must fill after you."}
      </Notice>
      <StatementCard
        card={drafted.card}
        heading="h2"
        eyebrow="Draft"
        lines={lines.length > 0 && <SignatureLines lines={lines} candidates={candidates} />}
      />
      {candidates.length > 0 && (
        <details className="mt-4">
          <summary className="text-blue">Who will be asked, and who cannot sign this</summary>
          <div className="mt-2">
            <Candidates candidates={candidates} />
          </div>
        </details>
      )}
      <div className="mt-5 flex flex-wrap items-center gap-2">
        {deskOrigin !== undefined && isDeskLink(drafted.link, deskOrigin) ? (
          <DeskLink href={drafted.link}>Sign at the desk</DeskLink>
        ) : (
          <Button
            kind="primary"
            disabledReason="The link does not lead to the desk, so it is not offered. Tell a security admin."
          >
            Sign at the desk
          </Button>
        )}
        <Button kind="quiet" onClick={onChange}>
          Change something
        </Button>
      </div>
    </section>
  );
}
