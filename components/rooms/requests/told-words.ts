import type { RequestDetail } from "../views.ts";

type Mail = NonNullable<RequestDetail["told"][number]["mail"]>;

/** What became of the mail to somebody. */
export const MAIL_WORDS = {
  queued: "a mail is on its way",
  sent: "a mail was sent",
  dropped: "no mail was needed any more",
} as const satisfies Record<Mail, string>;
