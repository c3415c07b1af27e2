"use client";
import { useQuery } from "@tanstack/react-query";
import { Bell as BellIcon } from "lucide-react";
import { Link } from "../../../components/patterns/link.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { useTRPC } from "../../_trpc/client.tsx";
import { live } from "./live.ts";

/** Leads to what the reader was told, and says how much of it they have not seen. */
export function Bell() {
  const trpc = useTRPC();
  const unseen = useQuery({ ...trpc.notifications.unseen.queryOptions(), ...live });
  const count = unseen.data?.count ?? 0;
  return (
    <Link
      href={paths.notifications()}
      aria-label={count === 0 ? "Notifications" : `Notifications, ${count} not seen`}
      title="Notifications"
      className="relative inline-flex size-(--control) flex-none items-center justify-center rounded-md text-quiet hover:bg-wash hover:text-ink"
    >
      <BellIcon aria-hidden="true" className="size-5" strokeWidth={1.7} />
      {count > 0 && (
        <span
          aria-hidden="true"
          className="absolute top-0.5 right-0 min-w-4.5 rounded-full bg-blue px-1 text-center text-xs leading-4.5 font-semibold text-on-blue"
        >
          {count > 99 ? "99" : count}
        </span>
      )}
    </Link>
  );
}
