import {
  Activity,
  Boxes,
  House,
  KeyRound,
  type LucideIcon,
  PenLine,
  ScrollText,
  Users,
} from "lucide-react";
import { paths } from "./paths.ts";

export const NAV_KEYS = [
  "overview",
  "requests",
  "secrets",
  "workloads",
  "people",
  "audit",
  "status",
] as const;
export type NavKey = (typeof NAV_KEYS)[number];

export type NavItem = {
  readonly word: string;
  readonly href: string;
  readonly icon: LucideIcon;
  /** After `g`, goes there. */
  readonly letter: string;
};

export const NAV = {
  overview: { word: "Overview", href: paths.overview(), icon: House, letter: "o" },
  requests: { word: "Requests", href: paths.requests(), icon: PenLine, letter: "r" },
  secrets: { word: "Secrets", href: paths.secrets(), icon: KeyRound, letter: "s" },
  workloads: { word: "Workloads", href: paths.workloads(), icon: Boxes, letter: "w" },
  people: { word: "People and keys", href: paths.people(), icon: Users, letter: "p" },
  audit: { word: "Audit", href: paths.audit(), icon: ScrollText, letter: "a" },
  status: { word: "Status", href: paths.status(), icon: Activity, letter: "t" },
} as const satisfies Record<NavKey, NavItem>;

/** Whether an address lies in a part of the console. */
export function isWithin(pathname: string, href: string): boolean {
  return href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);
}
