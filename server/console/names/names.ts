import { type PersonId, personId, type SecretId, secretId } from "@countersign/protocol/ids";
import { type Instant, toInstant, toMilliseconds } from "@countersign/protocol/instants";
import type { TenantReads } from "../../db/console-database.ts";
import type { PersonRef } from "../shapes/person-ref.ts";

/** Looks up people's names once for a whole page; an erased name shows as the id. */
export class People {
  readonly #names: ReadonlyMap<string, string>;

  private constructor(names: ReadonlyMap<string, string>) {
    this.#names = names;
  }

  static async load(
    tx: Pick<TenantReads, "person">,
    ids: Iterable<string | null>,
  ): Promise<People> {
    const wanted = [...new Set(ids)].filter((id) => id !== null);
    const rows =
      wanted.length === 0
        ? []
        : await tx.person.findMany({
            where: { person: { in: wanted } },
            select: { person: true, name: true },
          });
    return new People(new Map(rows.map((it) => [it.person, it.name ?? it.person])));
  }

  ref(id: string): PersonRef {
    return { person: personId.parse(id), name: this.#names.get(id) ?? id };
  }

  refOrNull(id: string | null): PersonRef | null {
    return id === null || !personId.safeParse(id).success ? null : this.ref(id);
  }
}

export async function secretNames(
  tx: Pick<TenantReads, "secret">,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const rows = await tx.secret.findMany({
    where: { secret: { in: wanted } },
    select: { secret: true, name: true },
  });
  return new Map(rows.map((it) => [it.secret, it.name]));
}

export const asPersonId = (text: string): PersonId => personId.parse(text);
export const asSecretId = (text: string): SecretId => secretId.parse(text);
export const instantOf = (at: Date): Instant => toInstant(at.getTime());
export const instantOrNull = (at: Date | null): Instant | null => at && instantOf(at);
export const dateOf = (at: Instant): Date => new Date(toMilliseconds(at));
