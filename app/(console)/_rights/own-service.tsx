"use client";
import type { ComponentProps } from "react";
import { ButtonLink } from "../../../components/patterns/link.tsx";
import { Button } from "../../../components/ui/button.tsx";
import { useMe } from "../_frame/me.tsx";

const OTHERS =
  "This is done by owners and admins of a service, for its own secrets. An officer can give such a role.";

/** Why the reader cannot do what belongs to a service's own people; null where they can, or who they are is not known. */
export function useNoOwnService(): string | null {
  const me = useMe();
  return me === undefined || me.roles.some((it) => it.service !== null) ? null : OTHERS;
}

/** The way to what a service's own people do. To others it is refused with the reason: seen, and known who could. */
export function OwnServiceLink({
  kind = "plain",
  href,
  children,
}: ComponentProps<typeof ButtonLink>) {
  const refusal = useNoOwnService();
  return refusal === null ? (
    <ButtonLink kind={kind} href={href}>
      {children}
    </ButtonLink>
  ) : (
    <Button kind={kind} disabledReason={refusal}>
      {children}
    </Button>
  );
}
