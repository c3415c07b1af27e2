import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Metrics } from "./metrics.ts";
import { type StatusListener, startStatusListener } from "./status-listener.ts";

describe("OBS-1 the status address of a process", () => {
  let listener: StatusListener;
  let missing: string | null;

  beforeEach(async () => {
    missing = null;
    const metrics = new Metrics();
    metrics.gauge("entries", "Entries.", () => 42);
    listener = await startStatusListener({ port: 0, whyNotReady: async () => missing, metrics });
  });
  afterEach(() => listener.stop());

  function ask(path: string, options: { host?: string; method?: string } = {}) {
    const { host = `127.0.0.1:${listener.port}`, method = "GET" } = options;
    return new Promise<{ status: number; type: string; text: string }>((done, fail) => {
      request(
        { port: listener.port, path, method, headers: { host }, agent: false },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (more) => {
            text += more;
          });
          response.on("end", () => {
            const type = String(response.headers["content-type"]);
            done({ status: response.statusCode ?? 0, type, text });
          });
        },
      )
        .once("error", fail)
        .end();
    });
  }

  it("says that the process is alive, whether it is ready, and why not in one sentence", async () => {
    expect(await ask("/healthz")).toMatchObject({ status: 200, text: "alive\n" });
    expect(await ask("/readyz")).toMatchObject({ status: 200, text: "ready\n" });
    missing = "The database does not answer.";
    expect(await ask("/readyz")).toMatchObject({ status: 503, text: `${missing}\n` });
    expect((await ask("/healthz")).status).toBe(200);
  });

  it("tells its figures in Prometheus' text format", async () => {
    expect(await ask("/metrics")).toEqual({
      status: 200,
      type: "text/plain; version=0.0.4; charset=utf-8",
      text: "# HELP entries Entries.\n# TYPE entries gauge\nentries 42\n",
    });
  });

  it("tells figures under a name of this machine only: a page that rebinds its own name to loopback gets none", async () => {
    for (const host of ["localhost", "[::1]:9090", "127.0.0.1"])
      expect((await ask("/metrics", { host })).status).toBe(200);
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"])
      expect(await ask("/metrics", { host })).toMatchObject({
        status: 403,
        text: "Metrics are told to this machine only.\n",
      });
  });

  it("answers nothing else, and to nothing that would change something", async () => {
    expect((await ask("/")).status).toBe(404);
    expect((await ask("/metrics?x")).status).toBe(404);
    expect((await ask("/metrics", { method: "POST" })).status).toBe(405);
  });
});
