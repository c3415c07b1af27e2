"use client";
import { useMutation } from "@tanstack/react-query";
import { ReasonDialog } from "../../../components/patterns/reason-dialog.tsx";
import { withWhoCan } from "../../../components/rooms/requests/who-can.ts";
import type { RequestDetail } from "../../../components/rooms/views.ts";
import { Button } from "../../../components/ui/button.tsx";
import { Kbd } from "../../../components/ui/kbd.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { RevokeDialog } from "../_frame/revoke-dialog.tsx";
import { useDesk } from "../_frame/use-desk.ts";
import { useDecide } from "./use-decide.ts";

/** What can be done with a proposal now; what is refused stays in sight with the reason and who can. */
export function RequestActs({ of }: { of: RequestDetail }) {
  const { decide, isBusy } = useDecide();
  const { proposal, status } = of.row;
  if (status !== "pending") return of.grant?.status === "active" ? <RevokeGrant of={of} /> : null;
  const mayWithdraw = of.cannot.withdraw === null;
  return (
    <div className="flex flex-wrap items-start gap-2">
      {(of.cannot.approve === null || !mayWithdraw) && (
        <Button
          kind="primary"
          disabledReason={
            of.cannot.approve === null
              ? isBusy
                ? "It is being drawn up."
                : null
              : withWhoCan(of.cannot.approve, of.candidates)
          }
          onClick={() => decide("approve", [proposal])}
        >
          Approve at the desk {of.cannot.approve === null && <Kbd>a</Kbd>}
        </Button>
      )}
      {of.cannot.deny === null && (
        <ReasonDialog
          trigger="Refuse"
          title="Refuse this request"
          explains={`${of.row.proposedBy.name} is told, and reads your reason. A refusal ends it; they can ask again.`}
          confirm="Go on to the desk"
          isBusy={isBusy}
          onConfirm={(reason) => decide("deny", [proposal], reason)}
        />
      )}
      {mayWithdraw && (
        <Button
          disabledReason={isBusy ? "It is being drawn up." : null}
          onClick={() => decide("withdraw", [proposal])}
        >
          Withdraw at the desk
        </Button>
      )}
    </div>
  );
}

function RevokeGrant({ of }: { of: RequestDetail }) {
  const trpc = useTRPC();
  const desk = useDesk();
  const revoke = useMutation(trpc.requests.draftRevoke.mutationOptions());
  const { request, proposedBy } = of.row;
  if (request === null) return null;
  return (
    <RevokeDialog
      trigger="Revoke the grant"
      title={`Revoke the grant of ${proposedBy.name}`}
      explains="Nothing more can be opened under it, from now on. What was opened already is known to them."
      draft={revoke}
      onDraft={(reason) => revoke.mutate({ request, reason, returnTo: desk.returnTo })}
    />
  );
}
