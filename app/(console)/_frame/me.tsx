"use client";
import { createContext, type ReactNode, useContext } from "react";
import type { Me } from "../../../components/rooms/views.ts";

const MeContext = createContext<Me | null>(null);

export function MeProvider({ me, children }: { me: Me; children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>;
}

/** Who reads the page. @throws Error outside the frame, which draws no page before it knows. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (me === null) throw new Error("useMe needs the console's frame above it");
  return me;
}
