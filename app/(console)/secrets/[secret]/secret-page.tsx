"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { Answer } from "../../../../components/patterns/answer.tsx";
import { Link } from "../../../../components/patterns/link.tsx";
import { PageHeader, Section } from "../../../../components/patterns/page-header.tsx";
import { PageLoading } from "../../../../components/patterns/page-loading.tsx";
import { paths } from "../../../../components/patterns/paths.ts";
import { Completeness } from "../../../../components/rooms/secrets/completeness.tsx";
import { PolicyFacts } from "../../../../components/rooms/secrets/policy-facts.tsx";
import { PutCommands } from "../../../../components/rooms/secrets/put-commands.tsx";
import {
  SecretReaders,
  SecretReads,
  SecretVersions,
} from "../../../../components/rooms/secrets/secret-readers.tsx";
import {
  AskToUse,
  SecretChain,
  SecretTitle,
} from "../../../../components/rooms/secrets/secret-summary.tsx";
import type { SecretDetail } from "../../../../components/rooms/views.ts";
import { Reasons } from "../../../../components/ui/reasons.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { live } from "../../_frame/live.ts";
import { RevokeDialog } from "../../_frame/revoke-dialog.tsx";
import { useDesk } from "../../_frame/use-desk.ts";

const BindDialog = dynamic(() =>
  import("../../workloads/bind-dialog.tsx").then((it) => it.BindDialog),
);
const EditDialog = dynamic(() => import("./edit-dialog.tsx").then((it) => it.EditDialog));

/** One secret: its policy, who can open it and who did, and what would stop it from being handed out. */
export function SecretPage({ secret }: { secret: string }) {
  const trpc = useTRPC();
  const detail = useQuery({ ...trpc.secrets.detail.queryOptions({ secret }), ...live });
  return (
    <Answer
      of={detail}
      heading="h1"
      loading={<PageLoading what="Secret" />}
      forbidden="A secret is seen by those who own or administer its service, by security admins and by auditors."
    >
      {(of) => <SecretView of={of} />}
    </Answer>
  );
}

function SecretView({ of }: { of: SecretDetail }) {
  const { secret } = of.row;
  return (
    <>
      <PageHeader
        above={<Link href={paths.secrets()}>Secrets</Link>}
        title={<SecretTitle row={of.row} heading="span" />}
      />
      <div className="pb-5">
        <Acts of={of} />
      </div>
      <Completeness blocking={of.blocking} />
      {of.row.gaps.length > 0 && (
        <p className="mt-2 text-sm">
          <Link href={paths.fixMetadata({ secret })}>Fix the metadata</Link>
        </p>
      )}
      <div className="mt-6 grid items-start gap-x-12 gap-y-8 lg:grid-cols-2">
        <div>
          <Section title="Policy">
            <PolicyFacts row={of.row} />
          </Section>
          <Section title="Versions">
            <SecretVersions versions={of.versions} />
          </Section>
          {of.row.state !== "revoked" && (
            <Section title="A new value">
              <PutCommands name={of.row.name} />
            </Section>
          )}
        </div>
        <div>
          <SecretChain of={of} />
          <Section title="Who can open it now">
            <SecretReaders of={of} />
          </Section>
          <Section
            title="Who opened it"
            aside={<Link href={paths.audit({ secret })}>All entries about it</Link>}
          >
            <SecretReads reads={of.reads} />
          </Section>
        </div>
      </div>
    </>
  );
}

function Acts({ of }: { of: SecretDetail }) {
  const { may } = of;
  if (of.row.state === "revoked") return <AskToUse of={of} />;
  return (
    <Reasons of={[may.request, may.edit, may.bind, may.revoke]}>
      <AskToUse of={of} />
      <EditDialog of={of} />
      <BindDialog secret={of.row.name} disabledReason={may.bind} />
      <RevokeSecret of={of} />
    </Reasons>
  );
}

function RevokeSecret({ of }: { of: SecretDetail }) {
  const trpc = useTRPC();
  const desk = useDesk();
  const revoke = useMutation(trpc.secrets.draftRevoke.mutationOptions());
  return (
    <RevokeDialog
      title={`Revoke ${of.row.name}`}
      explains="At once, nobody and nothing can open it any more, and what runs on it will stop. It cannot be undone."
      disabledReason={of.may.revoke}
      draft={revoke}
      onDraft={(reason) =>
        revoke.mutate({ secret: of.row.secret, reason, returnTo: desk.returnTo })
      }
    />
  );
}
