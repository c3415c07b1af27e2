import {
  type AskedFor,
  type OpenedRelease,
  openRelease,
  verifyRelease,
} from "../../packages/cli/src/delivery/open-release.ts";

/** Both halves of what the command line does with a release, without the proof of its record in between. */
export async function verifyAndOpenRelease(of: {
  readonly releaseKey: Uint8Array;
  readonly askedFor: AskedFor;
  readonly privateKey: Uint8Array;
  readonly message: unknown;
}): Promise<
  | Extract<OpenedRelease, { ok: false }>
  | (Extract<OpenedRelease, { ok: true }> & {
      readonly secretVersion: number;
      readonly intent: number;
    })
> {
  const verified = verifyRelease(of);
  if (!verified.ok) return verified;
  const { secretVersion, intent } = verified.release;
  const opened = await openRelease(verified.release, of.privateKey);
  return opened.ok ? { ...opened, secretVersion, intent } : opened;
}
