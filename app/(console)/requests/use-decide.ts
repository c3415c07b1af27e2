"use client";
import { useMutation } from "@tanstack/react-query";
import { useTRPC } from "../../_trpc/client.tsx";
import { useDesk } from "../_frame/use-desk.ts";

/** Draws up a decision on one proposal or several and goes to the desk, where it is signed or not. */
export function useDecide() {
  const trpc = useTRPC();
  const desk = useDesk();
  const decide = useMutation(
    trpc.requests.decide.mutationOptions({
      onSuccess: (answer) => desk.follow(answer.link),
      onError: desk.failed,
    }),
  );
  return {
    isBusy: decide.isPending,
    decide: (
      decision: "approve" | "deny" | "withdraw",
      proposals: readonly string[],
      reason: string | null = null,
    ) => {
      if (!decide.isPending)
        decide.mutate({ decision, proposals: [...proposals], reason, returnTo: desk.returnTo });
    },
  };
}
