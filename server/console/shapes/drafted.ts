import { digest, draftId } from "@countersign/protocol/ids";
import { candidate, signatureLine } from "@countersign/protocol/views";
import * as z from "zod";
import { rendering } from "./rendering.ts";

/**
 * A draft that waits at the desk: what will be signed, who must sign after that, and the link. The page
 * goes to `link` in the same tab; the desk comes back to `returnTo`.
 */
export const drafted = z.strictObject({
  draft: draftId,
  digest,
  link: z.url(),
  card: rendering,
  /** Empty: the own signature is enough. */
  lines: z.array(signatureLine),
  candidates: z.array(candidate),
});
export type Drafted = z.infer<typeof drafted>;

/** A path of the console, without scheme or host: the desk refuses anything else (open redirects). */
export const returnTo = z
  .string()
  .max(300)
  .regex(
    /^\/(?:[a-z-]+(?:\/[A-Za-z0-9_-]+)*)?(?:\?[A-Za-z0-9_=&.-]*)?$/,
    "not a path of the console",
  );
