import {
  CircleCheck,
  CircleHelp,
  Clock,
  Lock,
  OctagonX,
  TriangleAlert,
  Unlink,
} from "lucide-react";
import type { BadgeLook } from "../ui/badge.tsx";
import type { BindingRow, PartState, PersonDetail, PersonRow } from "./views.ts";

const ACTIVE = { icon: CircleCheck, word: "active", tone: "proven" } as const;
const ENDED = { icon: Clock, word: "ended", tone: "plain" } as const;
const REVOKED = { icon: OctagonX, word: "revoked", tone: "alarm" } as const;

/* How each kind of thing stands. A new state without a look does not compile. */

export const PERSON_LOOKS = {
  active: ACTIVE,
  revoked: REVOKED,
} as const satisfies Record<PersonRow["status"], BadgeLook>;

export const KEY_LOOKS = {
  active: ACTIVE,
  locked: { icon: Lock, word: "locked", tone: "due" },
  revoked: REVOKED,
} as const satisfies Record<PersonDetail["keys"][number]["status"], BadgeLook>;

export const DEVICE_LOOKS = {
  active: ACTIVE,
  expired: ENDED,
  revoked: REVOKED,
} as const satisfies Record<PersonDetail["devices"][number]["status"], BadgeLook>;

export const ACCOUNT_LOOKS = {
  linked: { icon: CircleCheck, word: "linked", tone: "proven" },
  unlinked: { icon: Unlink, word: "unlinked", tone: "plain" },
} as const satisfies Record<PersonDetail["accounts"][number]["status"], BadgeLook>;

export const SESSION_LOOKS = {
  open: { icon: CircleCheck, word: "open", tone: "proven" },
  ended: ENDED,
} as const satisfies Record<PersonDetail["sessions"][number]["status"], BadgeLook>;

export const BINDING_LOOKS = {
  active: ACTIVE,
  ending: { icon: Clock, word: "ends soon", tone: "due" },
  ended: ENDED,
  revoked: REVOKED,
} as const satisfies Record<BindingRow["state"], BadgeLook>;

export const PART_LOOKS = {
  up: { icon: CircleCheck, word: "works", tone: "proven" },
  down: { icon: TriangleAlert, word: "has trouble", tone: "due" },
  unknown: { icon: CircleHelp, word: "not known", tone: "plain" },
} as const satisfies Record<PartState, BadgeLook>;
