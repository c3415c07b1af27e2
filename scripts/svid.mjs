// `npm run svid -- acme/dev/payments/api`: a workload's identity from the development issuer, and how to
// fetch with it.
import { Failure } from "./lib/failure.mjs";
import { ports } from "./lib/processes.mjs";
import { bold, dim, runMain, say } from "./lib/say.mjs";
import { hasWorkloadCa, writeSvid } from "./lib/workload-identities.mjs";

const SEGMENT = "[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?";
const PATH = new RegExp(`^${SEGMENT}/(?:dev|test|staging|prod)/${SEGMENT}(?:/[A-Za-z0-9._-]+)*$`);

await runMain(async () => {
  const [path = ""] = process.argv.slice(2).filter((it) => !it.startsWith("--"));
  if (!PATH.test(path)) {
    throw new Failure(
      "A workload is named <tenant>/<environment>/<service>, and further parts if you like.",
      "For example: npm run svid -- acme/dev/payments/api",
    );
  }
  if (!hasWorkloadCa()) {
    throw new Failure("There is no issuer yet.", "Start Countersign once with `npm start`.");
  }
  const { id, files } = await writeSvid(path);
  if (process.argv.includes("--json")) {
    process.stdout.write(`${JSON.stringify({ id, ...files }, null, 2)}\n`);
    return;
  }
  say(`${bold(id)}, for a day\n`);
  say("Bind it to a secret (whoever owns the secret signs):\n");
  say(`  secrets bind-workload NAME ${id} --gateway-vouched\n`);
  say("Then fetch, as the workload:\n");
  say(`  curl --cacert ${files.trust} \\`);
  say(`       --cert ${files.certificate} --key ${files.key} \\`);
  say(`       https://localhost:${ports.gateway}/v1/secrets/NAME\n`);
  say(dim("The issuer is for development: production brings SPIRE, or a CA of its own."));
});
