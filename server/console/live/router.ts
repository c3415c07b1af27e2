import { router } from "../trpc/procedure.ts";
import { watchChanges } from "./application/watch-changes.ts";

export const liveRouter = router({ changes: watchChanges });
