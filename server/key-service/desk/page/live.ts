import { el } from "./dom.ts";

/** The one region through which a screen reader hears what changed. Stands in the frame. */
export const live = el("p", { class: "visually-hidden", role: "status", "aria-live": "polite" });

/** For those who hear the page. */
export function say(sentence: string): void {
  live.textContent = sentence;
}
