import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assignment, ROLE_NAMES, ROLES } from "@countersign/protocol/roles";
import { describe, expect, it } from "vitest";
import { ACTIONS, rightsOf } from "./grid.ts";
import { reachOf, whoMay } from "./reach.ts";

const GOLDEN = join(import.meta.dirname, "authorisation.golden.md");

/** The whole grid as a table that a person can read and a diff can show. */
function asTable(): string {
  const header = [
    "action",
    "anybody",
    "signed in, no role",
    ...ROLES.map((role) => ROLE_NAMES[role]),
  ];
  const rows = ACTIONS.map((action) => {
    const rights = rightsOf(action);
    return [
      `\`${action}\``,
      rights.anybody ? "yes" : "–",
      rights.everybody ?? "–",
      ...ROLES.map((role) => rights[role] ?? rights.everybody ?? "–"),
    ];
  });
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    "# Who may call what in the console",
    "",
    "Written by `authorisation.spec.ts` from `grid.ts`; a change of rights is a change of this file.",
    "`all`: the whole tenant. `services`: those for which the role is held. `own`: what the person made, holds or could sign.",
    "",
    line(header),
    line(header.map(() => "---")),
    ...rows.map(line),
    "",
  ].join("\n");
}

describe("the grid of rights", () => {
  it("ID-2 is the one that was reviewed", () => {
    if (process.env.COUNTERSIGN_WRITE_GOLDEN === "yes") writeFileSync(GOLDEN, asTable());
    expect(asTable()).toBe(readFileSync(GOLDEN, "utf8"));
  });

  it("gives somebody without a role nothing but their own session", () => {
    const reachable = ACTIONS.filter((action) => reachOf(action, []) !== null);
    expect(reachable).toEqual([
      "session.me",
      "session.signOut",
      "session.signOutEverywhere",
      "session.setPreferences",
    ]);
  });

  it("SEG-3 adds up the services of all roles, and `all` where one role reaches everything", () => {
    const roles = ["payments", "billing"].map((service) =>
      assignment.parse({ role: "service-owner", service }),
    );
    expect(reachOf("secrets.list", roles)).toEqual({
      all: false,
      services: ["billing", "payments"],
    });
    expect(reachOf("secrets.list", [{ role: "auditor", service: null }])).toEqual({
      all: true,
      services: [],
    });
    expect(reachOf("secrets.list", [{ role: "tenant-admin", service: null }])).toBeNull();
  });

  it("says who may where somebody may not", () => {
    expect(whoMay("secrets.draftEdit")).toBe(
      "This takes the role of service admin or service owner, which you do not have. An officer can give it.",
    );
    expect(whoMay("overview.read")).toBe("Your account has no role yet. An officer gives one.");
  });
});
