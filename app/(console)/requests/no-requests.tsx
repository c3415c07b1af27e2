"use client";
import { Empty } from "../../../components/patterns/empty.tsx";
import { ButtonLink } from "../../../components/patterns/link.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { OwnServiceLink, useNoOwnService } from "../_rights/own-service.tsx";

/** Instead of a list of requests without a row: what will stand there, and the one sensible act. */
export function NoRequests({ which }: { which: "for-me" | "mine" | "all" }) {
  const cannotAsk = useNoOwnService();
  switch (which) {
    case "for-me":
      return (
        <Empty
          title="Nothing waits for you"
          act={<ButtonLink href={paths.requests({ which: "all" })}>All requests</ButtonLink>}
        >
          What you can sign stands here as soon as somebody asks.
        </Empty>
      );
    case "mine":
      return (
        <Empty
          title="You have asked for nothing"
          act={
            <OwnServiceLink
              kind={cannotAsk === null ? "primary" : "plain"}
              href={paths.newRequest()}
            >
              Ask to use a secret
            </OwnServiceLink>
          }
        >
          What you ask for stands here with its signature lines, until it is over and after.
        </Empty>
      );
    case "all":
      return (
        <Empty title="No request fits">
          Every request stays here for ever, lapsed and refused ones too.
        </Empty>
      );
  }
}
