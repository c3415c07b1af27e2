"use client";
import { createContext, type ReactNode, useContext, useId } from "react";

const Said = createContext<ReadonlyMap<string, string>>(new Map());

/** The id of the element that says this reason already, for the buttons around which it is said once. */
export function useSaidReason(reason: string | null): string | undefined {
  const said = useContext(Said);
  return reason === null ? undefined : said.get(reason);
}

/** Acts in a row; why some of them cannot be done is said below, each reason once however many it stops. */
export function Reasons({
  of,
  children,
}: {
  /** Of each act within; null where it can be done. */
  of: readonly (string | null)[];
  children: ReactNode;
}) {
  const id = useId();
  const reasons = [...new Set(of.filter((it) => it !== null))];
  const ids = new Map(reasons.map((reason, at) => [reason, `${id}-${at}`]));
  return (
    <Said value={ids}>
      <div className="flex flex-wrap items-center gap-2">{children}</div>
      {reasons.map((reason) => (
        <p key={reason} id={ids.get(reason)} className="mt-2 max-w-prose text-sm text-quiet">
          {reason}
        </p>
      ))}
    </Said>
  );
}
