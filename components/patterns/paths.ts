/*
 * Every address of the console, built here and nowhere else, so that a page can move and no link breaks.
 */

export type Query = Readonly<Record<string, string | readonly string[] | null | undefined>>;

/** `path?a=1&b=2`; what is null, undefined, empty or no item at all is left out. */
export function withQuery(path: string, query: Query): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    for (const each of typeof value === "string" ? [value] : value) params.append(key, each);
  }
  const text = params.toString();
  return text === "" ? path : `${path}?${text}`;
}

const id = encodeURIComponent;

export const paths = {
  overview: () => "/",
  secrets: (query: Query = {}) => withQuery("/secrets", query),
  fixMetadata: (query: Query = {}) => withQuery("/secrets/fix", query),
  newSecret: () => "/secrets/new",
  secret: (secret: string) => `/secrets/${id(secret)}`,
  requests: (query: Query = {}) => withQuery("/requests", query),
  request: (proposal: string) => `/requests/${id(proposal)}`,
  newRequest: (query: Query = {}) => withQuery("/requests/new", query),
  audit: (query: Query = {}) => withQuery("/audit", query),
  auditEntry: (entry: string | number) => `/audit/${id(String(entry))}`,
  people: (query: Query = {}) => withQuery("/people", query),
  person: (person: string) => `/people/${id(person)}`,
  workloads: (query: Query = {}) => withQuery("/workloads", query),
  notifications: () => "/notifications",
  status: () => "/status",
  signIn: (query: Query = {}) => withQuery("/sign-in", query),
} as const;
