import { mkdirSync } from "node:fs";
import { it } from "vitest";
import { buildPage, launchChromium, visitor } from "./browser.ts";
import { DeskWorld } from "./desk-world.ts";
import { enrolSam, released, STATES } from "./states.ts";

it("shots", { timeout: 600_000 }, async () => {
  mkdirSync("/tmp/desk-shots", { recursive: true });
  const world = new DeskWorld();
  const dir = await buildPage();
  const listener = await world.start(dir);
  const browser = await launchChromium();
  const v = await visitor(browser);
  const scene = { world, visitor: v };
  await enrolSam(scene);
  const only = process.env.ONLY?.split(",");
  for (const [name, reach] of Object.entries(STATES)) {
    if (only && !only.some((it) => name.includes(it))) continue;
    try {
      await reach(scene);
    } catch (e) {
      console.log(
        "FAILED",
        name,
        String(e).slice(0, 300),
        v.complaints.splice(0),
        world.faults.splice(0),
      );
      await v.page.screenshot({
        path: `/tmp/desk-shots/FAILED-${name.replaceAll(" ", "-")}.png`,
        fullPage: true,
      });
      continue;
    }
    for (const [tag, width, scheme] of [
      ["light", 1280, "light"],
      ["dark", 1280, "dark"],
      ["phone", 360, "light"],
      ["phone-dark", 360, "dark"],
    ] as const) {
      await v.page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      await v.page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await v.page.screenshot({
        path: `/tmp/desk-shots/${name.replaceAll(" ", "-")}.${tag}.png`,
        fullPage: true,
      });
      if (width === 360) {
        const over = await v.page.evaluate(() => document.documentElement.scrollWidth);
        if (over > 360) console.log("OVERFLOW", name, over);
      }
    }
    await v.page.setViewportSize({ width: 1280, height: 900 });
    await v.page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    released.get(world)?.();
    if (v.complaints.length) console.log(name, v.complaints.splice(0));
  }
  console.log(world.faults);
  await browser.close();
  await listener.stop();
});
