import { router } from "../trpc/procedure.ts";
import { auditHistogram } from "./application/count-audit.ts";
import { searchAudit } from "./application/search-audit.ts";
import { showEntry } from "./application/show-entry.ts";

export const auditRouter = router({
  search: searchAudit,
  histogram: auditHistogram,
  detail: showEntry,
});
