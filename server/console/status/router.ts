import { router } from "../trpc/procedure.ts";
import { readStatus } from "./application/read-status.ts";

export const statusRouter = router({ read: readStatus });
