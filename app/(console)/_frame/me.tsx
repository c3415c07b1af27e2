"use client";
import { createContext, type ReactNode, useContext } from "react";
import type { Me } from "../../../components/rooms/views.ts";

const MeContext = createContext<Me | undefined>(undefined);

export function MeProvider({ me, children }: { me: Me | undefined; children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>;
}

/**
 * Who reads the page; undefined while that is being asked. Pages are drawn without it and ask their own
 * questions at the same time, in one call; each procedure judges for itself who may have the answer.
 */
export function useMe(): Me | undefined {
  return useContext(MeContext);
}
