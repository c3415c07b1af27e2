/** What may stand inside an element: text is always text, never markup. */
export type Child = Node | string | null | false | undefined;

type Attributes = {
  readonly class?: string;
  readonly on?: {
    readonly [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => void;
  };
} & { readonly [name in AttributeName]?: string | boolean };

/** No `style`, no `on…`: the Content-Security-Policy would refuse them. */
type AttributeName =
  | "id"
  | "href"
  | "type"
  | "name"
  | "for"
  | "title"
  | "role"
  | "rel"
  | "target"
  | "value"
  | "rows"
  | "maxlength"
  | "autocomplete"
  | "autocapitalize"
  | "spellcheck"
  | "datetime"
  | "tabindex"
  | "hidden"
  | "checked"
  | "required"
  | `aria-${string}`
  | `data-${string}`;

/** Makes an element. Attributes that are false or undefined are left out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  const { on, ...rest } = attributes;
  for (const [name, value] of Object.entries(rest)) {
    if (typeof value === "string") made.setAttribute(name, value);
    else if (value === true) made.setAttribute(name, "");
  }
  for (const [event, listener] of Object.entries(on ?? {})) {
    made.addEventListener(event, listener as EventListener); // the map above pairs each event with its type
  }
  put(made, ...children);
  return made;
}

/** Replaces what stands inside. */
export function put(into: Element, ...children: readonly Child[]): void {
  into.replaceChildren(
    ...children.filter((it): it is Node | string =>
      typeof it === "object" ? it !== null : typeof it === "string",
    ),
  );
}

const SVG = "http://www.w3.org/2000/svg";

/** A small picture that says nothing on its own: a word always stands beside it. */
export function icon(name: keyof typeof PATHS): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

const PATHS = {
  seal: [
    "M10 1.8l2 1.5 2.5-.2.9 2.3 2.2 1.3-.6 2.4.6 2.4-2.2 1.3-.9 2.3-2.5-.2-2 1.5-2-1.5-2.5.2-.9-2.3-2.2-1.3.6-2.4-.6-2.4 2.2-1.3.9-2.3 2.5.2z",
    "M6.9 9.2l2.2 2.2 4-4.2",
  ],
  notice: ["M10 2.2l8.2 14.6H1.8z", "M10 7.6v4.2", "M10 14.2v.2"],
  stop: [
    "M6.4 1.9h7.2l4.5 4.5v7.2l-4.5 4.5H6.4l-4.5-4.5V6.4z",
    "M6.8 6.8l6.4 6.4M13.2 6.8l-6.4 6.4",
  ],
  pen: ["M3 17l.9-3.8L14 3.1l2.9 2.9L6.8 16.1z", "M12.2 4.9l2.9 2.9"],
  clock: ["M10 1.9a8.1 8.1 0 1 0 0 16.2 8.1 8.1 0 0 0 0-16.2z", "M10 5.6V10l3 2"],
  key: ["M6.5 6.2a3.8 3.8 0 1 0 0 7.6 3.8 3.8 0 0 0 0-7.6z", "M10.2 10h8M15.4 10v3"],
} as const;
