import { personId } from "@countersign/protocol/ids";
import { instant } from "@countersign/protocol/instants";
import { tenantId } from "@countersign/protocol/names";
import { assignment } from "@countersign/protocol/roles";
import * as z from "zod";

export const DENSITIES = ["comfortable", "compact"] as const;
export const THEMES = ["system", "light", "dark"] as const;

/** Lists of which somebody may choose the columns. */
export const CHOSEN_LISTS = ["secrets", "workloads", "people", "audit"] as const;

export const preferences = z.strictObject({
  density: z.enum(DENSITIES),
  theme: z.enum(THEMES),
  /** Keys of columns that they took away, by list. Which columns there are is the page's own business. */
  without: z.partialRecord(
    z.enum(CHOSEN_LISTS),
    z.array(z.string().regex(/^[a-z]{1,32}$/)).max(20),
  ),
});
export type Preferences = z.infer<typeof preferences>;

/** Why there is no live session; each has its own sentence on the sign-in page. */
export const SIGNED_OUT_REASONS = ["none", "idle", "ended", "expired", "revoked"] as const;

export const sessionContract = {
  /** Answers everybody: the sign-in page asks it while somebody signs at the desk. */
  state: {
    input: z.void(),
    output: z.discriminatedUnion("state", [
      z.strictObject({
        state: z.literal("signed-out"),
        reason: z.enum(SIGNED_OUT_REASONS),
        /** False: signing in must wait; what is open goes on working. */
        identityProviderAnswers: z.boolean(),
      }),
      /** The identity provider named the person; their hardware key has not signed yet. */
      z.strictObject({
        state: z.literal("waits-for-signature"),
        name: z.string(),
        link: z.url(),
        signBy: instant,
      }),
      /** `returnTo`: the page that the person wanted when they signed in. */
      z.strictObject({ state: z.literal("open"), name: z.string(), returnTo: z.string() }),
    ]),
  },
  me: {
    input: z.void(),
    output: z.strictObject({
      person: personId,
      name: z.string(),
      tenant: tenantId,
      roles: z.array(assignment),
      mode: z.enum(["development", "production"]),
      deskOrigin: z.url(),
      session: z.strictObject({
        authenticatedAt: instant,
        openedAt: instant,
        expiresAt: instant,
        /** Without a call until then, the session ends. */
        idleAt: instant,
      }),
      /** Counts that mean "waits for you"; 0 where the person has no right to look. */
      waiting: z.strictObject({
        requests: z.int(),
        secrets: z.int(),
        workloads: z.int(),
        people: z.int(),
      }),
      /** Rooms that this person may enter at all. */
      rooms: z.array(
        z.enum(["overview", "requests", "secrets", "workloads", "people", "audit", "status"]),
      ),
      preferences,
    }),
  },
  signOut: { input: z.void(), output: z.strictObject({ ended: z.int() }) },
  signOutEverywhere: { input: z.void(), output: z.strictObject({ ended: z.int() }) },
  setPreferences: { input: preferences.partial(), output: preferences },
} as const;
