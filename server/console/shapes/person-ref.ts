import { personId } from "@countersign/protocol/ids";
import * as z from "zod";

/** A person as lists show them: the name, or the id where the name was erased. */
export const personRef = z.strictObject({ person: personId, name: z.string() });
export type PersonRef = z.infer<typeof personRef>;
