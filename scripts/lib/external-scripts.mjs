import { resolve } from "node:path";

/**
 * Keeps `scripts/lib` out of a bundle: those files find the checkout by their own place in it.
 * @type {import("esbuild").Plugin}
 */
export const externalScripts = {
  name: "external-scripts",
  setup(build) {
    build.onResolve({ filter: /scripts\/lib\/.*\.mjs$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path),
      external: true,
    }));
  },
};
