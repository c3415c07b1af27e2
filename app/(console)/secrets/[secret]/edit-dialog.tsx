"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { changedPolicy } from "../../../../components/rooms/secrets/changed-policy.ts";
import { PolicyFields } from "../../../../components/rooms/secrets/policy-fields.tsx";
import type { SecretDetail } from "../../../../components/rooms/views.ts";
import { useTRPC } from "../../../_trpc/client.tsx";
import { DraftButtons, DraftDialog } from "../../_frame/draft-dialog.tsx";
import { useDesk } from "../../_frame/use-desk.ts";

/** Changes a secret's metadata; what decides who must sign takes the stricter chain of before and after. */
export function EditDialog({ of }: { of: SecretDetail }) {
  const trpc = useTRPC();
  const desk = useDesk();
  const [error, setError] = useState<string | null>(null);
  const edit = useMutation(trpc.secrets.draftEdit.mutationOptions());
  const [first] = edit.data?.drafts ?? [];
  const [refused] = edit.data?.refused ?? [];
  return (
    <DraftDialog
      trigger="Change the metadata"
      title={`Change the metadata of ${of.row.name}`}
      explains="Owner, service, data class and tier decide who must sign for it: changing one takes the stricter chain of before and after, and ends bindings that would be too lax. Only the rotation period is a lighter act."
      disabledReason={of.may.edit}
      draft={{ data: first?.drafted, error: edit.error, reset: edit.reset }}
    >
      {(leave) => (
        <form
          noValidate
          className="flex flex-col gap-5"
          onSubmit={(event) => {
            event.preventDefault();
            const change = changedPolicy(new FormData(event.currentTarget), of.row);
            if (change === null) setError("Nothing differs from what holds now.");
            else if (!edit.isPending) {
              setError(null);
              edit.mutate({
                edits: [{ secret: of.row.secret, change }],
                returnTo: desk.returnTo,
              });
            }
          }}
        >
          <PolicyFields row={of.row} />
          {(error ?? refused?.message) !== undefined && (error ?? refused) !== null && (
            <p role="alert" className="text-sm font-medium text-amber">
              {error ?? refused?.message}
            </p>
          )}
          <DraftButtons isBusy={edit.isPending} onLeave={leave} />
        </form>
      )}
    </DraftDialog>
  );
}
