"use client";
import { CircleAlert, Lock, LogIn, SearchX, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { Name, Sentence } from "../ui/name.tsx";
import { ButtonLink } from "./link.tsx";
import { paths } from "./paths.ts";
import type { Trouble } from "./trouble.ts";

const LOOKS = {
  forbidden: { icon: Lock, title: "This is not yours to see" },
  "not-found": { icon: SearchX, title: "Nothing stands here" },
  "signed-out": { icon: LogIn, title: "Your session has ended" },
  unavailable: { icon: Unplug, title: "No answer" },
  refused: { icon: CircleAlert, title: "This was refused" },
  fault: { icon: CircleAlert, title: "Something went wrong" },
} as const satisfies Record<Trouble["kind"], unknown>;

/** Where a page would stand: what is the matter, why, and what can be done. */
export function TroublePanel({
  trouble,
  onRetry,
  heading: Heading = "h2",
  children,
}: {
  trouble: Trouble;
  onRetry?: (() => void) | undefined;
  /** `h1` where nothing else on the page is. */
  heading?: "h1" | "h2";
  /** Who could, or where to go instead. */
  children?: ReactNode;
}) {
  const { icon: Icon, title } = LOOKS[trouble.kind];
  const canRetry = trouble.kind !== "forbidden" && trouble.kind !== "signed-out";
  return (
    <div role="alert" className="border-y border-line px-1 py-10">
      <Icon aria-hidden="true" className="mb-3 size-7 text-quiet" strokeWidth={1.4} />
      <Heading className="text-lg font-semibold">{title}</Heading>
      <p className="mt-1 max-w-prose">
        <Sentence>{trouble.message}</Sentence>
      </p>
      {children !== undefined && <div className="mt-2 max-w-prose text-quiet">{children}</div>}
      <div className="mt-4 flex flex-wrap gap-2">
        {canRetry && onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
        {trouble.kind === "signed-out" && (
          <ButtonLink kind="primary" href={paths.signIn()}>
            Sign in
          </ButtonLink>
        )}
      </div>
      {(trouble.code !== null || trouble.correlation !== null) && (
        <p className="mt-4 text-xs text-quiet">
          {trouble.code !== null && <Name>{trouble.code}</Name>}
          {trouble.code !== null && trouble.correlation !== null && " · "}
          {trouble.correlation !== null && <Name>{trouble.correlation}</Name>}
        </p>
      )}
    </div>
  );
}
