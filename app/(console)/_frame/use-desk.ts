"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { isDeskLink, returnPath } from "../../../components/patterns/desk.ts";
import { troubleOf } from "../../../components/patterns/trouble.ts";
import { useToast } from "../../../components/ui/toast.tsx";
import { useMe } from "./me.tsx";

/**
 * The way to the desk, in this tab. `returnTo` is where the desk sends people afterwards: here. `follow` goes
 * to a link that a procedure gave, if it is the desk's; `failed` says why there is none.
 */
export function useDesk() {
  const deskOrigin = useMe()?.deskOrigin;
  const say = useToast();
  const returnTo = returnPath(usePathname(), `?${useSearchParams()}`.replace(/^\?$/, ""));
  const follow = (link: string) => {
    if (deskOrigin !== undefined && isDeskLink(link, deskOrigin)) {
      location.assign(link);
      return;
    }
    say({
      tone: "trouble",
      title: "This link does not lead to the desk",
      detail: "It was not followed. Tell a security admin: somebody may be pretending.",
    });
  };
  const failed = (error: unknown) => {
    say({ tone: "trouble", title: "Nothing was drawn up", detail: troubleOf(error).message });
  };
  return { returnTo, follow, failed };
}
