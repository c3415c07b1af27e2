import { config } from "zod";

/*
 * Zod compiles schemas with `new Function` where it may; here the Content-Security-Policy forbids it, and
 * trying would be reported as a violation. Must be imported before anything that makes a schema.
 */
config({ jitless: true });
