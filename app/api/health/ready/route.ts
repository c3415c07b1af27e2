import { theConsole } from "../../../../server/console/console.ts";

/** 200 where pages can be served; 503 with the reason in a sentence, and no more, to whoever asks. */
export async function GET(): Promise<Response> {
  const ready = await theConsole().isReady();
  return new Response(ready ? "ready\n" : "The database does not answer.\n", {
    status: ready ? 200 : 503,
    headers: { "cache-control": "no-store" },
  });
}
