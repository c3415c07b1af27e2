import { readFileSync } from "node:fs";
import { request } from "node:https";
import { issueSvid, readAuthority } from "../lib/development-ca.mjs";

export type GatewayAddress = {
  readonly port: number;
  /** PEM files of the development issuer. */
  readonly caFile: string;
  readonly caKeyFile: string;
};

/** Fetches as workloads do: mutual TLS, with an identity from the development issuer. The value is not looked at. */
export class WorkloadFetch {
  readonly #gateway: GatewayAddress;

  constructor(gateway: GatewayAddress) {
    this.#gateway = gateway;
  }

  /**
   * @param workload path of its SPIFFE ID
   * @returns the HTTP status: 200 where it got the value
   */
  async fetch(workload: string, secret: string): Promise<number> {
    const { port, caFile, caKeyFile } = this.#gateway;
    const ca = readFileSync(caFile, "utf8");
    const authority = await readAuthority(ca, readFileSync(caKeyFile, "utf8"));
    const id = `spiffe://countersign.localhost/${workload}`;
    const { pem, keyPem } = await issueSvid(authority, id, { seconds: 600 });
    return new Promise((done, fail) => {
      const sent = request(
        {
          host: "127.0.0.1",
          servername: "localhost",
          port,
          path: `/v1/secrets/${secret}`,
          ca,
          cert: pem,
          key: keyPem,
          agent: false,
        },
        (response) => {
          response.once("error", fail).once("end", () => done(response.statusCode ?? 0));
          response.resume();
        },
      );
      sent.once("error", fail).end();
    });
  }
}
