import { OPENED_TEXT } from "@countersign/protocol/text";
import type { DigestWords } from "@countersign/protocol/words";
import { defineCommand } from "../command.ts";
import { type Context, clientOptions, watchOptions } from "../context.ts";
import { enrolWithBrowser, enrolWithTypedWord } from "../identity/enrol-device.ts";
import { watchLedger } from "../log/watch-ledger.ts";
import { isLoopbackHost } from "../service/localhost-lookup.ts";
import { openPeopleClient } from "../service/people-client.ts";
import { makeDeviceKey, writeLogin } from "../state/login-file.ts";
import {
  type Hello,
  pinDifferences,
  pinWords,
  readPin,
  requirePinned,
  writePin,
} from "../state/pinned-service.ts";
import { Stop, usage } from "../stop.ts";

export const DEVELOPMENT_URL = "http://desk.localhost:8460";

export const loginCommand = defineCommand({
  name: "login",
  summary: "Enrol this machine as one of your devices",
  usage: ["[--url URL] [--label TEXT] [--no-browser]"],
  about: [
    "Makes a device key on this machine and has you sign its enrolment at the desk with your hardware key. Values that are released to you can then be opened here, and nowhere else.",
    "The first login pins the key service's keys. Compare the four words of the service with those that your administrator gives out; from then on `secrets` refuses to talk to anybody else at that address.",
    "With --no-browser, open the link on any machine and type there the word that the desk asks for.",
  ],
  examples: [
    "secrets login",
    "secrets login --url https://desk.example.com --label 'olivia laptop' --no-browser",
  ],
  options: {
    url: { type: "string", value: "URL", help: `Address of the desk (${DEVELOPMENT_URL})` },
    label: { type: "string", value: "TEXT", help: "What you will recognise this device by" },
    "no-browser": {
      type: "boolean",
      help: "No browser runs on this machine: type a word at the desk instead",
    },
    "replace-pins": {
      type: "boolean",
      help: "Forget the keys this machine knows the service by. Only after asking a security admin",
    },
  },
  positionals: { min: 0, max: 0 },
  run: async (context, { values }) => {
    const origin = originFrom(values.url ?? DEVELOPMENT_URL);
    const label = labelFrom(
      values.label ?? `${context.environment.userName} on ${context.environment.hostName}`,
      values.label !== undefined,
    );
    const client = openPeopleClient({ ...clientOptions(context, origin), signer: null });
    const hello = await client.call("/people/v1/hello", {});
    judgeHello(context, origin, hello, values["replace-pins"] === true);

    const deviceKey = makeDeviceKey();
    const browser = values["no-browser"] === true ? null : context.environment.browser;
    const show = (link: string, words: DigestWords) =>
      showLogin(context, { hello, link, words, browser });
    const enrol = browser === null ? enrolWithTypedWord : enrolWithBrowser;
    const enrolled = await enrol({ context, client, deviceKey, label, show });

    // Pinned only now: a service that could not name a person who signed is not remembered.
    writePin(context.state, origin, hello);
    const { device, person, name, tenant } = enrolled;
    writeLogin(context.state, { v: 1, origin, device, person, name, tenant }, deviceKey);
    const signedIn = openPeopleClient({
      ...clientOptions(context, origin),
      signer: { device: device.device, key: deviceKey.key },
    });
    await watchLedger({ client: signedIn, pin: hello, ...watchOptions(context) }).advance();

    context.json({ event: "enrolled", person, name, tenant, device, mode: hello.mode, origin });
    context.out.line(
      { text: "● ", style: "good" },
      `${name} (${tenant}) is signed in on ${device.label}, until ${device.expiresAt}.`,
    );
    return 0;
  },
});

function originFrom(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== "" ||
    url.password !== "" ||
    url.pathname !== "/" ||
    url.search !== "" ||
    url.hash !== ""
  ) {
    throw usage(
      "--url: an address like https://desk.example.com, without path, query or password.",
    );
  }
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname)) {
    throw usage("--url: without https only a service on this machine can be used.");
  }
  return url.origin;
}

function labelFrom(text: string, typed: boolean): string {
  const parsed = OPENED_TEXT["device-label"].safeParse(text);
  if (parsed.success) return parsed.data;
  if (typed) throw usage(`--label: ${parsed.error.issues[0]?.message ?? "not as expected"}.`);
  return "command line";
}

function judgeHello(context: Context, origin: string, hello: Hello, replace: boolean): void {
  if (hello.deskOrigin !== origin) {
    throw new Stop(
      "service-changed",
      `The service at ${origin} says that its desk is elsewhere. A desk is only ever at the address you name.`,
      "Check --url with an administrator.",
    );
  }
  if (hello.witnessQuorum > hello.witnesses.length) {
    throw new Stop(
      "answer-not-understood",
      `The service at ${origin} asks for ${hello.witnessQuorum} witnesses and names ${hello.witnesses.length}: nothing it records could ever be proven here.`,
      "Tell an administrator.",
    );
  }
  const pin = readPin(context.state, origin);
  if (pin === null) return;
  if (!replace) requirePinned(origin, pin, hello);
  else if (pinDifferences(pin, hello).length > 0)
    context.say.prose(`Replacing the keys that this machine knew ${origin} by.`, "", "due");
}

function showLogin(
  context: Context,
  of: { hello: Hello; link: string; words: DigestWords; browser: string | null },
): void {
  const { hello, link, words, browser } = of;
  context.json({
    event: "begun",
    link,
    deviceWords: words,
    serviceWords: pinWords(hello),
    mode: hello.mode,
  });
  const { out } = context;
  if (hello.mode === "development")
    out.line(
      { text: "! ", style: "due" },
      "This is a development service: do not put real secrets into it.",
    );
  if (hello.witnessQuorum * 2 <= hello.witnesses.length) {
    out.prose(
      `Only ${hello.witnessQuorum} of its ${hello.witnesses.length} witnesses must cosign: different ones could cosign different histories.`,
      "! ",
      "due",
    );
  }
  out.line("The key service:    ", { text: pinWords(hello).join(" "), style: "strong" });
  out.line("This device's key:  ", { text: words.join(" "), style: "strong" });
  out.line("Sign at the desk:   ", { text: link, style: "accent" });
  out.prose(
    browser === null
      ? "Open the link in a browser and type there the word of this device's key that the desk asks for."
      : "A browser should have opened. Where it shows other words for this device's key, do not sign.",
  );
  if (browser !== null) context.world.openLink(browser, link);
}
