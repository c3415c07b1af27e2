"use client";
import { isPerService, ROLE_NAMES, ROLES, type Role } from "@countersign/protocol/role-names";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import type { PersonDetail } from "../../../../components/rooms/views.ts";
import { Button } from "../../../../components/ui/button.tsx";
import { Dialog } from "../../../../components/ui/dialog.tsx";
import { Checkbox, Input } from "../../../../components/ui/input.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { useDesk } from "../../_frame/use-desk.ts";

/** The roles of a person, changed as one signed statement; a role that is held per service names which. */
export function RolesDialog({ of }: { of: PersonDetail }) {
  const trpc = useTRPC();
  const desk = useDesk();
  const id = useId();
  const [open, setOpen] = useState(false);
  const draft = useMutation(
    trpc.people.draftRoles.mutationOptions({
      onSuccess: (drafted) => desk.follow(drafted.link),
      onError: desk.failed,
    }),
  );
  const servicesOf = (role: Role) =>
    of.row.roles.filter((it) => it.role === role).flatMap((it) => it.service ?? []);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const after = ROLES.flatMap((role): { role: Role; service: string | null }[] => {
      if (!isPerService(role)) return form.get(role) === null ? [] : [{ role, service: null }];
      return String(form.get(role) ?? "")
        .split(/[\s,]+/)
        .filter((service) => service !== "")
        .map((service) => ({ role, service }));
    });
    draft.mutate({ person: of.row.person, after, returnTo: desk.returnTo });
  };
  return (
    <>
      <Button disabledReason={of.may.changeRoles} onClick={() => setOpen(true)}>
        Change roles
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Roles of ${of.row.name}`}
        description="What is ticked is what they will hold. Your hardware key signs it at the desk, and a second officer may have to."
      >
        <form
          onSubmit={submit}
          className="flex min-h-0 flex-col gap-3 overflow-y-auto px-5 pt-4 pb-5"
        >
          {ROLES.map((role) =>
            isPerService(role) ? (
              <div key={role}>
                <label htmlFor={`${id}-${role}`} className="text-sm font-medium">
                  {ROLE_NAMES[role]} of
                </label>
                <Input
                  id={`${id}-${role}`}
                  name={role}
                  autoComplete="off"
                  placeholder="payments, billing"
                  defaultValue={servicesOf(role).join(", ")}
                />
              </div>
            ) : (
              <div key={role} className="flex items-center gap-3">
                <Checkbox
                  id={`${id}-${role}`}
                  name={role}
                  defaultChecked={of.row.roles.some((it) => it.role === role)}
                />
                <label htmlFor={`${id}-${role}`}>{ROLE_NAMES[role]}</label>
              </div>
            ),
          )}
          <div className="mt-2 flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Leave it</Button>
            <Button
              type="submit"
              kind="primary"
              disabledReason={draft.isPending ? "It is being drawn up." : null}
            >
              Go on to the desk
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
