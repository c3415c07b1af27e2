/**
 * Whether a request that changes something comes from a page of the console. Browsers say so in `Sec-Fetch-Site`,
 * older ones in `Origin`; neither can be set by a page. A request that says nothing is refused.
 */
export function isFromOwnPage(headers: Headers, origin: string): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  return headers.get("origin") === origin;
}
