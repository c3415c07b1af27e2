"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { Answer } from "../../../../components/patterns/answer.tsx";
import { Empty } from "../../../../components/patterns/empty.tsx";
import { Link } from "../../../../components/patterns/link.tsx";
import { PageHeader } from "../../../../components/patterns/page-header.tsx";
import { paths } from "../../../../components/patterns/paths.ts";
import { troubleOf } from "../../../../components/patterns/trouble.ts";
import { PutCommands } from "../../../../components/rooms/secrets/put-commands.tsx";
import { Sentence } from "../../../../components/ui/name.tsx";
import { Notice } from "../../../../components/ui/notice.tsx";
import { SkeletonRows } from "../../../../components/ui/skeleton.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { SecretForm } from "./secret-form.tsx";

const DraftPreview = dynamic(() =>
  import("../../_frame/draft-preview.tsx").then((it) => it.DraftPreview),
);

/** A new secret: its metadata here, its value from the key service's hardware or from the command line, never here. */
export function NewSecretPage() {
  const trpc = useTRPC();
  const choices = useQuery(trpc.secrets.registerChoices.queryOptions());
  const draft = useMutation(trpc.secrets.draftRegister.mutationOptions());
  return (
    <>
      <PageHeader above={<Link href={paths.secrets()}>Secrets</Link>} title="Register a secret">
        Name, environment and kind never change afterwards. No value is typed into a browser.
      </PageHeader>
      <Answer
        of={choices}
        loading={<SkeletonRows rows={6} label="Reading your services" />}
        forbidden="Secrets are registered by the owners and admins of a service. An officer can give such a role."
      >
        {(known) =>
          known.services.length === 0 ? (
            <Empty title="You have no service yet">
              A secret belongs to a service. An officer makes you owner or admin of one.
            </Empty>
          ) : (
            <div className="grid items-start gap-10 xl:grid-cols-[minmax(20rem,30rem)_minmax(0,48rem)]">
              <div>
                <SecretForm
                  choices={known}
                  isBusy={draft.isPending}
                  onEdit={() => draft.reset()}
                  onDraft={(secret) => draft.mutate({ ...secret, returnTo: paths.secrets() })}
                />
                {draft.error !== null && (
                  <Notice tone="due" className="mt-4">
                    <span role="alert">
                      <Sentence>{troubleOf(draft.error).message}</Sentence>
                    </span>
                  </Notice>
                )}
              </div>
              {draft.data !== undefined && (
                <div className="min-w-0">
                  <DraftPreview drafted={draft.data} onChange={() => draft.reset()} />
                  {draft.variables.value === "later" && (
                    <div className="mt-6">
                      <PutCommands name={draft.variables.name} />
                    </div>
                  )}
                </div>
              )}
            </div>
          )
        }
      </Answer>
    </>
  );
}
