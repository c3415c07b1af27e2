import { DESK } from "../assertion-bench.ts";
import { clientData } from "./client-data.ts";
import type { ForgedParts } from "./forged-parts.ts";

const { origin } = DESK;

/** Signatures made on another page than the desk, or in a frame. */
export const FORGED_ORIGINS: readonly ForgedParts[] = [
  ["https for http", "origin", clientData({ origin: origin.replace("http:", "https:") })],
  ["another port", "origin", clientData({ origin: origin.replace("7443", "7444") })],
  ["no port", "origin", clientData({ origin: "http://desk.localhost" })],
  ["the console's origin", "origin", clientData({ origin: "http://localhost:7443" })],
  ["a host under the desk", "origin", clientData({ origin: "http://evil.desk.localhost:7443" })],
  [
    "the desk as a prefix of another host",
    "origin",
    clientData({ origin: "http://desk.localhost:7443.evil.example" }),
  ],
  [
    "the desk as a suffix of another host",
    "origin",
    clientData({ origin: "http://notdesk.localhost:7443" }),
  ],
  ["a dot at the end of the host", "origin", clientData({ origin: "http://desk.localhost.:7443" })],
  ["a slash at the end", "origin", clientData({ origin: `${origin}/` })],
  ["a path", "origin", clientData({ origin: `${origin}/sign` })],
  ["capital letters", "origin", clientData({ origin: "http://DESK.localhost:7443" })],
  [
    "the desk as a user name",
    "origin",
    clientData({ origin: "http://desk.localhost:7443@evil.example" }),
  ],
  ["a Cyrillic look-alike", "origin", clientData({ origin: "http://d\u0435sk.localhost:7443" })],
  [
    "the same look-alike in punycode",
    "origin",
    clientData({ origin: "http://xn--dsk-qdd.localhost:7443" }),
  ],
  ["the opaque origin", "origin", clientData({ origin: "null" })],
  ["an empty origin", "origin", clientData({ origin: "" })],
  ["an application's origin", "origin", clientData({ origin: "android:apk-key-hash:AAAA" })],
  ["crossOrigin true, as in a frame", "cross-origin", clientData({ crossOrigin: true })],
  [
    "crossOrigin true with the desk as top origin",
    "cross-origin",
    clientData({ crossOrigin: true, topOrigin: origin }),
  ],
  ["crossOrigin as text", "cross-origin", clientData({ crossOrigin: "false" })],
  ["crossOrigin null", "cross-origin", clientData({ crossOrigin: null })],
  ["crossOrigin zero", "cross-origin", clientData({ crossOrigin: 0 })],
  [
    "a top origin without crossOrigin",
    "top-origin",
    clientData({ topOrigin: "https://evil.example" }),
  ],
  ["the desk's own origin as top origin", "top-origin", clientData({ topOrigin: origin })],
  ["an empty top origin", "top-origin", clientData({ topOrigin: "" })],
];
