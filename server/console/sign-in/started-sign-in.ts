import { returnTo } from "../shapes/drafted.ts";

/** A sign-in that went to the identity provider: the secret of the session-to-be, and where the person wanted to go. */
export type StartedSignIn = { readonly secret: string; readonly returnTo: string };

const HOME = "/";

export function toCookie({ secret, returnTo: path }: StartedSignIn): string {
  return `${secret}.${Buffer.from(path).toString("base64url")}`;
}

/** Null where the cookie is missing or not ours. */
export function fromCookie(text: string | null): StartedSignIn | null {
  const [, secret, path] = /^([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{1,500})$/.exec(text ?? "") ?? [];
  if (secret === undefined || path === undefined) return null;
  return { secret, returnTo: pathOrHome(Buffer.from(path, "base64url").toString("utf8")) };
}

/** A path of the console; home where the text is anything else, such as another site's address. */
export function pathOrHome(text: string | null): string {
  const path = returnTo.safeParse(text);
  return path.success ? path.data : HOME;
}
