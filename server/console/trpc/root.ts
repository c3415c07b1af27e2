import { auditRouter } from "../audit/router.ts";
import { liveRouter } from "../live/router.ts";
import { notificationsRouter } from "../notifications/router.ts";
import { overviewRouter } from "../overview/router.ts";
import { peopleRouter } from "../people/router.ts";
import { requestsRouter } from "../requests/router.ts";
import { secretsRouter } from "../secrets/router.ts";
import { sessionRouter } from "../session/router.ts";
import { statusRouter } from "../status/router.ts";
import { workloadsRouter } from "../workloads/router.ts";
import { router } from "./procedure.ts";

/** Every procedure of the console, one router for each room. */
export const appRouter = router({
  audit: auditRouter,
  live: liveRouter,
  notifications: notificationsRouter,
  overview: overviewRouter,
  people: peopleRouter,
  requests: requestsRouter,
  secrets: secretsRouter,
  session: sessionRouter,
  status: statusRouter,
  workloads: workloadsRouter,
});
export type AppRouter = typeof appRouter;
