import { theConsole } from "../../../../server/console/console.ts";

/** 200 where pages can be served; 503 while the database does not answer. Says no more to whoever asks. */
export async function GET(): Promise<Response> {
  const ready = await theConsole().isReady();
  return new Response(ready ? "ready\n" : "not ready\n", {
    status: ready ? 200 : 503,
    headers: { "cache-control": "no-store" },
  });
}
