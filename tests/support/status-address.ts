import { request } from "node:http";

export type Told = { readonly status: number; readonly text: string };

/** What an address says at a path; status 0 where nobody listens. */
export function ask(port: number, path: string, host = "127.0.0.1"): Promise<Told> {
  return new Promise((done) => {
    const call = request(
      { host: "127.0.0.1", port, path, headers: { host }, agent: false, timeout: 10_000 },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (more) => {
          text += more;
        });
        response.on("end", () => done({ status: response.statusCode ?? 0, text: text.trim() }));
      },
    );
    call.once("error", (error) => done({ status: 0, text: error.message })).end();
  });
}

export type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

/** The samples of a text in Prometheus' format. @throws Error naming a line that is none */
export function samplesOf(text: string): Sample[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name, labels = "", value] =
        /^([a-z_][a-z0-9_]*)(?:\{([^}]*)\})? (-?[\d.e+-]+)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`no sample: ${line}`);
      const pairs = [...labels.matchAll(/([a-z_]+)="([^"]*)"(?:,|$)/g)];
      return {
        name,
        labels: Object.fromEntries(pairs.map(([, key, of]) => [key, of])),
        value: Number(value),
      };
    });
}

/** The value of the one sample of this name whose labels include these; 0 where there is none. */
export function sampleOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const found = samples.filter(
    (it) => it.name === name && Object.entries(labels).every(([key, of]) => it.labels[key] === of),
  );
  if (found.length > 1) throw new Error(`${name} has several samples of these labels`);
  return found[0]?.value ?? 0;
}
