import { digest } from "@countersign/protocol/ids";
import type { Rendering } from "@countersign/protocol/rendering-shape";
import * as z from "zod";

const field = z.strictObject({
  label: z.string(),
  value: z.string(),
  face: z.enum(["text", "mono", "time", "unopened"]),
});

/** The protocol's one rendering of a statement, as it travels to a page. */
export const rendering: z.ZodType<Rendering> = z.strictObject({
  title: z.string(),
  sentences: z.array(z.string()),
  fields: z.array(field),
  get about() {
    return rendering.nullable();
  },
  words: z.tuple([z.string(), z.string(), z.string(), z.string()]),
  digest,
});
