/**
 * Starts a sign-in and returns the identity provider's address, where the browser then goes.
 * @throws Error where the console does not answer
 */
export async function beginSignIn(wanted: string): Promise<string> {
  const { csrfToken } = await json("/api/auth/csrf");
  const body = new URLSearchParams({ csrfToken: String(csrfToken), json: "true" });
  const { url } = await json(`/api/auth/signin/oidc?return=${encodeURIComponent(wanted)}`, {
    method: "POST",
    body,
  });
  return String(url);
}

async function json(url: string, init?: RequestInit): Promise<Record<string, unknown>> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error("the console did not begin a sign-in");
  return response.json();
}
