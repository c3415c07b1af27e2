import { it } from "vitest";
import { applyEntry, decodeEntry, encodeEntry } from "../../decisions/domain/entry.ts";
import { emptyState } from "../../decisions/domain/state.ts";
import { buildHistory } from "../../decisions/testing/history.ts";
import { createLedgerFixture } from "../infrastructure/ledger.fixture.ts";
import { leafHash } from "../domain/merkle.ts";
import { encodeFold, decodeFold, foldLines } from "./fold-codec.ts";

it("bench", async () => {
  const cpu = (label: string, c: NodeJS.CpuUsage, s: number) => { const d = process.cpuUsage(c); console.log(label, "wall", Math.round(performance.now() - s), "cpu", Math.round((d.user + d.system) / 1000)); };
  const { entries } = buildHistory(1, 20_000);
  const bytes = entries.map(encodeEntry);
  for (let i = 0; i < 2; i++) {
    let c = process.cpuUsage(); let s = performance.now();
    const decoded = bytes.map(decodeEntry); cpu("decode", c, s);
    c = process.cpuUsage(); s = performance.now();
    const state = emptyState(); for (const e of decoded) applyEntry(state, e); cpu("apply", c, s);
    c = process.cpuUsage(); s = performance.now();
    for (const b of bytes) leafHash(b); cpu("leaf", c, s);
    c = process.cpuUsage(); s = performance.now();
    let n = 0; for (const l of foldLines(state)) n += l.length; cpu("lines " + n, c, s);
    c = process.cpuUsage(); s = performance.now();
    const z = await encodeFold(state); cpu("encode " + z.length, c, s);
    c = process.cpuUsage(); s = performance.now();
    await decodeFold(z); cpu("decodefold", c, s);
  }
  const fixture = await createLedgerFixture();
  const ledger = await fixture.open();
  for (let i = 0; i < bytes.length; i += 500) await Promise.all(bytes.slice(i, i + 500).map((b) => ledger.append(b)));
  for (let i = 0; i < 2; i++) {
    const c = process.cpuUsage(); const s = performance.now();
    for await (const _ of ledger.entries(0, bytes.length)); cpu("ledger.entries", c, s);
  }
  await fixture.dispose();
}, 600_000);
