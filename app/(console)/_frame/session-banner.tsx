"use client";
import { Clock } from "lucide-react";
import { ButtonLink } from "../../../components/patterns/link.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import type { Me } from "../../../components/rooms/views.ts";
import { Moment, useNow } from "../../../components/ui/moment.tsx";

const SOON_MS = 15 * 60_000;

/** A session that ends soon says so in time to finish what one is doing, and how to go on. */
export function SessionBanner({ session }: { session: Me["session"] }) {
  const now = useNow();
  if (Date.parse(session.expiresAt) - now > SOON_MS) return null;
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line bg-amber-wash px-3 py-2 text-sm sm:px-6"
    >
      <Clock aria-hidden="true" className="size-4 flex-none text-amber" />
      <span>
        Your session ends <Moment at={session.expiresAt} />. What you drew up stays; signing in
        again needs your hardware key.
      </span>
      <ButtonLink size="sm" href={paths.signIn()}>
        Sign in again
      </ButtonLink>
    </div>
  );
}
