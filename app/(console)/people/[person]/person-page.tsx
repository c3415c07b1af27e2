"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Answer } from "../../../../components/patterns/answer.tsx";
import { Link } from "../../../../components/patterns/link.tsx";
import { PageLoading } from "../../../../components/patterns/page-loading.tsx";
import { paths } from "../../../../components/patterns/paths.ts";
import { ReasonDialog } from "../../../../components/patterns/reason-dialog.tsx";
import { PersonFacts } from "../../../../components/rooms/people/person-detail.tsx";
import type { PersonDetail } from "../../../../components/rooms/views.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { useDesk } from "../../_frame/use-desk.ts";
import { RolesDialog } from "./roles-dialog.tsx";

/** One person: roles, hardware keys, devices, accounts, sessions, and what may be changed about them. */
export function PersonPage({ person }: { person: string }) {
  const trpc = useTRPC();
  const detail = useQuery(trpc.people.detail.queryOptions({ person }));
  return (
    <>
      <p className="pt-6 pb-3 text-sm">
        <Link href={paths.people()}>People and keys</Link>
      </p>
      <Answer
        of={detail}
        heading="h1"
        loading={<PageLoading what="Person" />}
        forbidden="Everybody sees themselves. Others are seen by officers, security admins, tenant admins and auditors."
      >
        {(of) => (
          <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,44rem)_18rem]">
            <div>
              <PersonFacts of={of} heading="h1" />
            </div>
            <Acts of={of} />
          </div>
        )}
      </Answer>
    </>
  );
}

function Acts({ of }: { of: PersonDetail }) {
  const trpc = useTRPC();
  const desk = useDesk();
  const revoke = useMutation(
    trpc.people.draftRevoke.mutationOptions({
      onSuccess: (drafted) => desk.follow(drafted.link),
      onError: desk.failed,
    }),
  );
  const { person, name, status } = of.row;
  return (
    <div className="flex flex-col items-start gap-3">
      <Link href={paths.audit({ actor: person })}>What {name} did</Link>
      <RolesDialog of={of} />
      {status === "active" && (
        <ReasonDialog
          trigger="Revoke"
          kind="alarm"
          title={`Revoke ${name}`}
          explains="Every key, device, session and open grant of this person ends at once. It cannot be undone."
          confirm="Go on to the desk"
          disabledReason={of.may.revoke}
          isBusy={revoke.isPending}
          onConfirm={(reason) =>
            revoke.mutate({ subject: { type: "person", person }, reason, returnTo: desk.returnTo })
          }
        />
      )}
    </div>
  );
}
