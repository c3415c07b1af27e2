import { defineCommand } from "../command.ts";
import { openSession } from "../context.ts";
import { actFrom } from "../drafts/draft-act.ts";
import { DESK_OPTIONS, signAndWait } from "../drafts/sign-and-wait.ts";
import { bindingFrom } from "./binding.ts";
import { secretNameFrom } from "./secret-name.ts";

export const bindWorkloadCommand = defineCommand({
  name: "bind-workload",
  summary: "Let a workload fetch a secret, until a time",
  usage: ["NAME SPIFFE-ID [--for 30d] [--gateway-vouched]"],
  about: [
    "Binds a workload's identity to one secret. The same people must sign as for a request for it. A binding ends by itself, after 90 days at most; `secrets revoke binding ID` ends it at once, and `secrets show NAME` lists those that hold.",
    "The workload proves itself to the key service, end to end. With --gateway-vouched the gateway says who it is, for clients that can do no better: whoever owns the gateway can then fetch the secret. Production secrets with personal data are never bound like that.",
  ],
  examples: [
    "secrets bind-workload payments/prod/postgres/app-password spiffe://example.com/payments/api --for 90d",
  ],
  options: {
    for: { type: "string", value: "TIME", help: "How long, from 1m to 90d (30d)" },
    "gateway-vouched": { type: "boolean", help: "The gateway vouches for the workload" },
    ...DESK_OPTIONS,
  },
  positionals: { min: 2, max: 2 },
  nextSteps: { "not-allowed": "secrets bind-workload --help; secrets whoami shows your roles" },
  run: async (context, { values, positionals }) => {
    const [typed, workload = ""] = positionals;
    const name = secretNameFrom(typed);
    const binding = bindingFrom(workload, {
      duration: values.for,
      option: "--for",
      isVouched: values["gateway-vouched"] === true,
      nowMs: context.now(),
    });
    const session = await openSession(context);
    return signAndWait(context, session, {
      act: actFrom({ act: "bind-workload", name, binding }),
      choices: values,
      again: `secrets bind-workload ${name} ${binding.workload}`,
      done: `${binding.workload} may fetch ${name} until ${binding.expiresAt}.`,
    });
  },
});
