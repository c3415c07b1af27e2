import { type TestDevice, value } from "../tests/support/people.ts";
import { type Asked, recipientKey } from "../tests/support/story.ts";

/** Opens uses 1 to `count` of a grant, one after another. @returns how many milliseconds each took */
export async function openUses(
  laptop: TestDevice,
  { request, secret }: Pick<Asked, "request" | "secret">,
  count: number,
): Promise<number[]> {
  const samples: number[] = [];
  for (let use = 1; use <= count; use += 1) {
    const input = { request, secret, use, recipientKey: recipientKey() };
    const from = performance.now();
    value(await laptop.call("/people/v1/grants/open", input));
    samples.push(performance.now() - from);
  }
  return samples;
}
