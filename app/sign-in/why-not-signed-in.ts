/**
 * What went wrong on the way in, said by the code that the address carries. Codes that are not here, such as ones
 * that somebody typed, say the general sentence: no text of an address is ever shown.
 */
const REFUSED: Readonly<Record<string, string>> = {
  "not-linked":
    "Your account is not linked to anybody here. An officer or a security admin links it, under People and keys.",
  "identity-rejected":
    "The identity provider's answer does not hold, so nobody was signed in. Try again; if it stays, tell an administrator.",
  unavailable:
    "The key service does not answer, so nobody can sign in now. Try again in a moment. The desk will say the same.",
  "clock-differs":
    "The key service's clock cannot be trusted now, so nobody can sign in. An administrator sets it.",
  "too-late": "This sign-in took more than ten minutes, or began in another browser. Start again.",
};
const ERRORS: Readonly<Record<string, string>> = {
  OAuthSignin: "The identity provider does not answer. Try again in a moment.",
  OAuthCallback: "The identity provider did not sign you in. Try again.",
  AccessDenied: "The identity provider did not say who you are. Try again.",
};
const UNKNOWN = "You were not signed in. Try again; if it stays, tell an administrator.";

export function whyNotSignedIn(refused: string | null, error: string | null): string | null {
  if (refused !== null) return own(REFUSED, refused) ?? UNKNOWN;
  if (error !== null) return own(ERRORS, error) ?? UNKNOWN;
  return null;
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
