import { defineCommand } from "../command.ts";
import { readLogin, removeLogin } from "../state/login-file.ts";
import { listRequests, removeRequest } from "../state/request-file.ts";
import { tidyOutFiles } from "../values/out-file.ts";

export const logoutCommand = defineCommand({
  name: "logout",
  summary: "Forget this machine's device key",
  usage: [""],
  about: [
    "Removes the device key, the keys of requests under way, and files written by `get --out`. What is released to this device can then be opened by nobody.",
    "The key service still knows the device until its enrolment ends: `secrets revoke device ID --why TEXT` first, where it may have fallen into other hands. The pinned keys and the last checkpoint stay: they are what a later login is compared with.",
  ],
  examples: ["secrets logout"],
  options: {},
  positionals: { min: 0, max: 0 },
  run: async (context) => {
    const login = readLogin(context.state)?.login ?? null;
    const requests = listRequests(context.state);
    for (const it of requests) removeRequest(context.state, it.request);
    const files = tidyOutFiles(context.state, context.now(), true);
    removeLogin(context.state);
    context.json({
      device: login?.device.device ?? null,
      requestsForgotten: requests.length,
      files,
    });
    context.out.line(
      login === null
        ? "Nobody was signed in here."
        : `The key of ${login.device.label} is gone from this machine.`,
    );
    if (login !== null)
      context.out.prose(`The enrolment itself ends ${login.device.expiresAt}.`, "", "quiet");
    return 0;
  },
});
