/*
 * Runs in the browser before any other module. Going from page to page, Next's bundler loads scripts by writing
 * their address into an element, which Trusted Types refuse. This default policy lets exactly those pass: files
 * of this build, from this origin. Text never becomes a script, and no address from anywhere else does.
 */
const OWN_FILES = new URL("/_next/static/", location.origin).href;

type Factory = {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScriptURL: (url: string) => string | null },
  ) => unknown;
};

/** Not every browser has Trusted Types; one without them has nothing that must be let through. */
const factory: Factory | undefined = Reflect.get(globalThis, "trustedTypes");
factory?.createPolicy("default", {
  // The address as it was written: the bundler knows its files by that.
  createScriptURL: (url) => (new URL(url, location.href).href.startsWith(OWN_FILES) ? url : null),
});
