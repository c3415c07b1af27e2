/** The process runs. */
export function GET(): Response {
  return new Response("alive\n", { headers: { "cache-control": "no-store" } });
}
