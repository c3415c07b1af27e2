"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "../../_trpc/client.tsx";
import { DraftButtons, DraftDialog } from "../_frame/draft-dialog.tsx";
import { useMe } from "../_frame/me.tsx";
import { useDesk } from "../_frame/use-desk.ts";
import { BindFields } from "./bind-fields.tsx";
import { type BindingProblems, readBinding } from "./read-binding.ts";

const OTHERS =
  "Bindings are made by owners and admins of a service, for its own secrets. An officer can give such a role.";

/** Binds a workload to a secret: who signs is shown before anybody does. `secret`: the name where it is known. */
export function BindDialog({
  secret,
  disabledReason,
}: {
  secret: string | null;
  /** Where the page knows better; else whoever has no service is refused. */
  disabledReason?: string | null;
}) {
  const trpc = useTRPC();
  const desk = useDesk();
  const me = useMe();
  const [problems, setProblems] = useState<BindingProblems>({});
  const [picked, setPicked] = useState<string | null>(secret);
  const bind = useMutation(trpc.workloads.draftBind.mutationOptions());
  const hasService = me?.roles.some((it) => it.service !== null) ?? true;
  return (
    <DraftDialog
      trigger="Bind a workload"
      triggerKind={secret === null ? "primary" : "plain"}
      title={secret === null ? "Bind a workload to a secret" : `Bind a workload to ${secret}`}
      explains="From the day it is signed until it ends, the workload may fetch this one secret, and no other."
      disabledReason={disabledReason ?? (hasService ? null : OTHERS)}
      draft={bind}
    >
      {(leave) => (
        <form
          noValidate
          className="flex flex-col gap-5"
          onSubmit={(event) => {
            event.preventDefault();
            const read = readBinding(new FormData(event.currentTarget), picked, Date.now());
            setProblems(read.ok ? {} : read.problems);
            if (read.ok && !bind.isPending)
              bind.mutate({ ...read.binding, returnTo: desk.returnTo });
          }}
        >
          <BindFields
            secret={picked}
            isFixed={secret !== null}
            onPick={setPicked}
            problems={problems}
          />
          <DraftButtons isBusy={bind.isPending} onLeave={leave} />
        </form>
      )}
    </DraftDialog>
  );
}
