import type { PersonId } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { Clock } from "../../../kernel/clock.ts";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { CommandPath } from "../../decisions/application/command-path.ts";
import type { TenantState } from "../../decisions/domain/state.ts";
import type { ViewContext } from "../../requests/application/view-proposal.ts";
import type { Person } from "../../roster/domain/roster.ts";
import type { Drafter } from "../../statements/application/drafter.ts";
import type { Signing } from "../../statements/application/sign-drafts.ts";
import type { DraftStore } from "../../statements/infrastructure/draft-store.ts";
import type { OpeningStore } from "../../statements/infrastructure/opening-store.ts";

/** What the handlers of the desk and the people-API share. */
export type DeskParts = {
  readonly path: CommandPath;
  readonly drafter: Drafter;
  readonly signing: Signing;
  readonly drafts: DraftStore;
  readonly openings: OpeningStore;
  readonly clock: Clock;
  readonly rpId: string;
  readonly deskOrigin: string;
};

export type KnownPerson = { readonly tenant: TenantState; readonly person: Person };

/** The person of a session or a device, as they are now. */
export function knownPerson(
  { path }: Pick<DeskParts, "path">,
  of: { readonly tenant: TenantId; readonly person: PersonId },
): Result<KnownPerson, Refusal> {
  const tenant = path.state.tenants.get(of.tenant);
  const person = tenant?.people.get(of.person);
  if (tenant === undefined || person === undefined || person.status !== "active") {
    return err(refuse("not-allowed", "You have no access any more."));
  }
  return ok({ tenant, person });
}

export function viewContext(parts: DeskParts, tenant: TenantState): Result<ViewContext, Refusal> {
  const now = parts.path.now();
  if (!now.ok) return now;
  return ok({ state: parts.path.state, tenant, openings: parts.openings, now: now.value });
}

/** A person's name, or their id where it was erased. */
export async function nameOf(
  { openings }: Pick<DeskParts, "openings">,
  person: Person,
): Promise<string> {
  const opened = await openings.load(person.tenant, [person.name]);
  return opened.get(person.name)?.value ?? person.person;
}
