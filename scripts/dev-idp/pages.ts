import { createHash } from "node:crypto";
import { ACCOUNTS } from "./cast.ts";

const STYLE = `
:root { color-scheme: light dark; --paper: #faf8f4; --ink: #16202e; --line: #d8d2c6; --quiet: #55606e; --blue: #1f4fa3 }
@media (prefers-color-scheme: dark) { :root { --paper: #12161d; --ink: #edeae3; --line: #333b47; --quiet: #a9b2bf; --blue: #8fb4f5 } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 30rem; margin: 0 auto; padding: 2.5rem 1.25rem }
h1 { font-size: 1.5rem; margin: 0 0 .25rem } p { color: var(--quiet); margin: .25rem 0 1.25rem }
ul { list-style: none; margin: 0; padding: 0 }
button { all: unset; box-sizing: border-box; display: block; width: 100%; cursor: pointer; padding: .7rem .9rem; border-top: 1px solid var(--line) }
button:hover, button:focus-visible { background: color-mix(in srgb, var(--blue) 12%, transparent) }
button:focus-visible { outline: 2px solid var(--blue); outline-offset: -2px }
b { display: block } span { color: var(--quiet); font-size: .875rem }`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** No script, one style by its hash, no picture but an empty icon, which browsers ask for otherwise. Forms lead on to the console and from there to the desk. */
export function pageHeaders(formTargets: readonly string[]): Record<string, string> {
  return {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "content-security-policy": [
      "default-src 'none'",
      `style-src 'sha256-${STYLE_HASH}'`,
      "img-src data:",
      `form-action 'self' ${formTargets.join(" ")}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join("; "),
  };
}

/** @param action where the choice is posted */
export function choosePage(action: string): string {
  const people = ACCOUNTS.map(
    ({ subject, name, about }) =>
      `<li><button name="subject" value="${escaped(subject)}"><b>${escaped(name)}</b><span>${escaped(about)}</span></button></li>`,
  );
  return page(
    "Who are you?",
    `<h1>Who are you?</h1><p>The development identity provider. It asks for no password: choose a person of the cast.</p>
    <form method="post" action="${escaped(action)}"><ul>${people.join("")}</ul></form>`,
  );
}

export function troublePage(sentence: string): string {
  return page("Not signed in", `<h1>Not signed in</h1><p>${escaped(sentence)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><main>${body}</main></body></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (it) => `&#${it.charCodeAt(0)};`);
}
