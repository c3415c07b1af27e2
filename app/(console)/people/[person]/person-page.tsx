"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { Answer } from "../../../../components/patterns/answer.tsx";
import { Link } from "../../../../components/patterns/link.tsx";
import { PageLoading } from "../../../../components/patterns/page-loading.tsx";
import { paths } from "../../../../components/patterns/paths.ts";
import { type OwnThing, PersonFacts } from "../../../../components/rooms/people/person-detail.tsx";
import type { PersonDetail } from "../../../../components/rooms/views.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { live } from "../../_frame/live.ts";
import { RevokeDialog } from "../../_frame/revoke-dialog.tsx";
import { useDesk } from "../../_frame/use-desk.ts";
import { RolesDialog } from "./roles-dialog.tsx";

const LinkDialog = dynamic(() => import("./link-dialog.tsx").then((it) => it.LinkDialog));

/** One person: roles, hardware keys, devices, accounts, sessions, and what may be changed about them. */
export function PersonPage({ person }: { person: string }) {
  const trpc = useTRPC();
  const detail = useQuery({ ...trpc.people.detail.queryOptions({ person }), ...live });
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
              <PersonFacts
                of={of}
                heading="h1"
                actOn={(thing) => of.may.revoke === null && <RevokeThing of={of} thing={thing} />}
              />
            </div>
            <Acts of={of} />
          </div>
        )}
      </Answer>
    </>
  );
}

const FOLLOWS = {
  key: "Nothing can be signed with it any more, from now on. What it signed stays signed.",
  device:
    "No value is sealed to it any more, and grants that name it end. What it holds, it holds.",
  identity:
    "Nobody comes into the console with it any more, and its sessions end. The hardware key and the command line go on working.",
} as const satisfies Record<OwnThing["type"], string>;

function RevokeThing({ of, thing }: { of: PersonDetail; thing: OwnThing }) {
  const trpc = useTRPC();
  const desk = useDesk();
  const revoke = useMutation(trpc.people.draftRevoke.mutationOptions());
  const { called, ...subject } = thing;
  return (
    <RevokeDialog
      size="sm"
      title={`Revoke ${called} of ${of.row.name}`}
      explains={FOLLOWS[thing.type]}
      draft={revoke}
      onDraft={(reason) => revoke.mutate({ subject, reason, returnTo: desk.returnTo })}
    />
  );
}

function Acts({ of }: { of: PersonDetail }) {
  const trpc = useTRPC();
  const desk = useDesk();
  const revoke = useMutation(trpc.people.draftRevoke.mutationOptions());
  const { person, name, status } = of.row;
  return (
    <div className="flex flex-col items-start gap-3">
      <Link href={paths.audit({ actor: person })}>What {name} did</Link>
      <RolesDialog of={of} />
      <LinkDialog of={of} />
      {status === "active" && (
        <RevokeDialog
          title={`Revoke ${name}`}
          explains="Every key, device, session and open grant of this person ends at once. It cannot be undone."
          disabledReason={of.may.revoke}
          draft={revoke}
          onDraft={(reason) =>
            revoke.mutate({ subject: { type: "person", person }, reason, returnTo: desk.returnTo })
          }
        />
      )}
    </div>
  );
}
