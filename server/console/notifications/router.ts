import { router } from "../trpc/procedure.ts";
import { countUnseen } from "./application/count-unseen.ts";
import { listNotices } from "./application/list-notices.ts";
import { mailSettings, setMail } from "./application/mail-settings.ts";
import { markSeen } from "./application/mark-seen.ts";

export const notificationsRouter = router({
  list: listNotices,
  unseen: countUnseen,
  markSeen,
  settings: mailSettings,
  setMail,
});
