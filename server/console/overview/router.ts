import { router } from "../trpc/procedure.ts";
import { readOverview } from "./application/read-overview.ts";

export const overviewRouter = router({ read: readOverview });
