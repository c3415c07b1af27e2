import * as z from "zod";
import { dateOf } from "../../names/names.ts";
import { fromCursor, page } from "../../shapes/keyset.ts";
import { procedure } from "../../trpc/procedure.ts";
import { peopleContract } from "../contract.ts";
import { findPeople } from "../infrastructure/find-people.ts";
import { toPersonRows } from "../infrastructure/person-rows.ts";

const cursorKey = z.tuple([z.string().max(100), z.string().max(64)]);

export const listPeople = procedure("people.list", peopleContract.list).query(
  ({ ctx: { parts, caller, reach }, input: { cursor, limit, ...filters } }) =>
    parts.database.withTenant(caller.tenant, async (tx) => {
      const found = await findPeople(tx, {
        ...filters,
        only: reach.all ? null : caller.person,
        after: cursor === null ? null : fromCursor(cursor, cursorKey),
        take: limit + 1,
      });
      const { rows, next } = page(found, limit, (it) => [it.name ?? "", it.person]);
      return { rows: await toPersonRows(tx, rows, dateOf(parts.now())), next };
    }),
);
