import { execFileSync, spawn } from "node:child_process";
import { generateKeyPairSync, randomInt, sign } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  formatCheckpoint,
  openCheckpoint,
} from "../../server/key-service/ledger/domain/checkpoint.ts";
import { parseWitnessKey } from "../../server/key-service/ledger/domain/cosignature.ts";
import { Frontier } from "../../server/key-service/ledger/domain/frontier.ts";
import { HashTree } from "../../server/key-service/ledger/domain/hash-tree.ts";
import { leafHash } from "../../server/key-service/ledger/domain/merkle.ts";
import {
  buildConsistencyProof,
  buildInclusionProof,
  verifyConsistency,
  verifyInclusion,
} from "../../server/key-service/ledger/domain/proof.ts";
import {
  ecdsaSignatureToDer,
  ecdsaVerifier,
  ecdsaVerifierKey,
  formatNote,
} from "../../server/key-service/ledger/domain/signed-note.ts";
import { isConsistent } from "../../server/witness/domain/consistency.ts";
import { Cosigner } from "../../server/witness/domain/cosigner.ts";
import { parseLogKey } from "../../server/witness/domain/log-key.ts";

const treeCount = 1_000;
const goPath = "/usr/share/gocode";
const seed = Number(process.env.COUNTERSIGN_TEST_SEED ?? randomInt(2 ** 32));

/** Why the independent implementation cannot run here, or `null`. */
function whyNoGo(): string | null {
  if (!existsSync(join(goPath, "src/golang.org/x/mod/sumdb/tlog"))) {
    return "golang-golang-x-mod-dev is not installed (apt-get install golang-go golang-golang-x-mod-dev)";
  }
  try {
    execFileSync("go", ["version"], { stdio: "ignore" });
    return null;
  } catch {
    return "go is not installed (apt-get install golang-go)";
  }
}

/** mulberry32: small, seeded, good enough to vary shapes. */
function createRandom(state: number): (below: number) => number {
  let a = state >>> 0;
  return (below) => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

type Verdict = {
  Root: string;
  FromRoot: string;
  Inclusion: string[] | null;
  Consistency: string[] | null;
  AcceptsInclusion: boolean;
  AcceptsConsistency: boolean;
  AcceptsBadInclusion: boolean;
  AcceptsBadConsistency: boolean;
  NoteText: string;
  NoteSigners: string[];
  NoteError: string;
  GoNote: string;
  GoLogKey: string;
  GoWitnessKey: string;
};

const noGo = whyNoGo();
const title = `trees, proofs and notes agree with Go's sumdb on ${treeCount} random trees, seed ${seed}`;

describe.skipIf(noGo !== null)(noGo === null ? title : `${title}: skipped, ${noGo}`, () => {
  const random = createRandom(seed);
  const origin = "countersign.test/log";
  const logKeys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = logKeys.publicKey.export({ format: "der", type: "spki" });
  const logKey = ecdsaVerifierKey(origin, spki);
  const cosigner = new Cosigner(
    "countersign.test/witness",
    generateKeyPairSync("ed25519").privateKey,
  );
  const cases = Array.from({ length: treeCount }, createCase);
  let verdicts: Verdict[] = [];
  let folder: string;

  function createCase() {
    // Small trees have the odd shapes; some large ones go over several levels and powers of two.
    const size = 1 + random([4, 20, 70, 300][random(4)] ?? 4);
    const entries = Array.from({ length: size }, () =>
      Buffer.from(Array.from({ length: random(40) }, () => random(256))),
    );
    const tree = new HashTree();
    for (const entry of entries) tree.append(leafHash(entry));
    const [index, fromSize] = [random(size), 1 + random(size)];
    const text = formatCheckpoint({ origin, size, root: tree.root() });
    const raw = sign("sha256", Buffer.from(text), {
      key: logKeys.privateKey,
      dsaEncoding: "ieee-p1363",
    });
    const { keyId } = ecdsaVerifier(origin, spki);
    const note = formatNote({
      text,
      signatures: [{ name: origin, keyId, signature: ecdsaSignatureToDer(raw) }],
    });
    const cosignature = cosigner.cosign(text, 1_700_000_000 + random(1_000_000));
    const inclusion = buildInclusionProof(tree, index, size);
    const consistency = buildConsistencyProof(tree, fromSize, size);
    return {
      entries,
      tree,
      size,
      index,
      fromSize,
      text,
      note: note + cosignature,
      inclusion,
      consistency,
    };
  }
  /** The proof with one bit changed, or with a hash too many where it is empty. */
  function spoil(proof: readonly Buffer[]): Buffer[] {
    const at = random(Math.max(proof.length, 1));
    const hash = Buffer.from(proof[at] ?? Buffer.alloc(32));
    const byte = random(32);
    hash[byte] = (hash[byte] ?? 0) ^ (1 << random(8));
    return proof.length === 0 ? [hash] : [...proof.slice(0, at), hash, ...proof.slice(at + 1)];
  }
  const spoiled = cases.map((c) => ({
    inclusion: spoil(c.inclusion),
    consistency: spoil(c.consistency),
  }));
  const decode = (proof: readonly string[] | null): Buffer[] =>
    (proof ?? []).map((h) => Buffer.from(h, "base64"));
  const encode = (proof: readonly Buffer[]): string[] => proof.map((h) => h.toString("base64"));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "interop-"));
    const program = join(folder, "interop");
    execFileSync("go", ["build", "-o", program, join(import.meta.dirname, "main.go")], {
      env: {
        ...process.env,
        GO111MODULE: "off",
        GOPATH: goPath,
        GOFLAGS: "",
        GOPROXY: "off",
        CGO_ENABLED: "0",
      },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(
      cases
        .map((c, i) =>
          JSON.stringify({
            Entries: encode(c.entries),
            Index: c.index,
            FromSize: c.fromSize,
            Inclusion: encode(c.inclusion),
            Consistency: encode(c.consistency),
            BadInclusion: encode(spoiled[i]?.inclusion ?? []),
            BadConsistency: encode(spoiled[i]?.consistency ?? []),
            Note: c.note,
            LogKey: logKey,
            WitnessKey: cosigner.verifierKey,
          }),
        )
        .join("\n"),
    );
    for await (const line of createInterface({ input: child.stdout }))
      verdicts.push(JSON.parse(line));
  }, 300_000);
  afterAll(async () => {
    verdicts = [];
    await rm(folder, { recursive: true, force: true });
  });
  const pairs = () => cases.map((c, i) => ({ ...c, bad: spoiled[i], go: verdicts[i] }));

  it("AUD-2 Go judged every tree", () => {
    expect(verdicts).toHaveLength(treeCount);
  });

  it("AUD-2 roots are the same, in the tree, in the frontier and in Go", () => {
    for (const { tree, entries, fromSize, go } of pairs()) {
      const frontier = new Frontier();
      for (const entry of entries) frontier.append(leafHash(entry));
      expect(go?.Root).toBe(tree.root().toString("base64"));
      expect(go?.Root).toBe(frontier.root().toString("base64"));
      expect(go?.FromRoot).toBe(tree.root(fromSize).toString("base64"));
    }
  });

  it("AUD-2 proofs are the same, hash by hash, and each side accepts the other's", () => {
    for (const { tree, size, index, fromSize, inclusion, consistency, go } of pairs()) {
      expect(decode(go?.Inclusion ?? null)).toEqual(inclusion);
      expect(decode(go?.Consistency ?? null)).toEqual(consistency);
      expect([go?.AcceptsInclusion, go?.AcceptsConsistency]).toEqual([true, true]);
      const [root, fromRoot] = [tree.root(), tree.root(fromSize)];
      const proof = decode(go?.Inclusion ?? null);
      expect(verifyInclusion({ index, size, leaf: tree.leaf(index), root, proof })).toBe(true);
      const path = decode(go?.Consistency ?? null);
      const claim = { fromSize, fromRoot, toSize: size, toRoot: root, proof: path };
      expect(verifyConsistency(claim)).toBe(true);
      if (fromSize < size) {
        expect(isConsistent({ size: fromSize, root: fromRoot }, { size, root }, path)).toBe(true);
      }
    }
  });

  it("AUD-2 a proof with one bit changed is refused by Go, by the ledger and by the witness", () => {
    for (const { tree, size, index, fromSize, bad, go } of pairs()) {
      expect([go?.AcceptsBadInclusion, go?.AcceptsBadConsistency]).toEqual([false, false]);
      const [root, fromRoot] = [tree.root(), tree.root(fromSize)];
      const { inclusion = [], consistency = [] } = bad ?? {};
      expect(verifyInclusion({ index, size, leaf: tree.leaf(index), root, proof: inclusion })).toBe(
        false,
      );
      const claim = { fromSize, fromRoot, toSize: size, toRoot: root, proof: consistency };
      expect(verifyConsistency(claim)).toBe(false);
      expect(isConsistent({ size: fromSize, root: fromRoot }, { size, root }, consistency)).toBe(
        false,
      );
    }
  });

  it("AUD-2 Go opens our notes: the log's ECDSA signature and the witness's cosignature", () => {
    for (const { text, go } of pairs()) {
      expect(go?.NoteError).toBe("");
      expect(go?.NoteText).toBe(text);
      expect(go?.NoteSigners).toEqual([origin, "countersign.test/witness"]);
    }
  });

  it("AUD-2 we open Go's notes, and ignore the stranger's signature among them", () => {
    for (const { size, go } of pairs()) {
      const { GoNote, GoLogKey, GoWitnessKey } = go ?? {
        GoNote: "",
        GoLogKey: "",
        GoWitnessKey: "",
      };
      const log = parseLogKey(GoLogKey);
      const witness = parseWitnessKey(GoWitnessKey);
      for (const known of [[log], [witness], [log, witness]]) {
        const opened = openCheckpoint(GoNote, origin, known);
        expect(opened.ok && opened.value.checkpoint.size).toBe(size);
      }
      const edited = GoNote.replace(`\n${size}\n`, `\n${size + 1}\n`);
      expect(openCheckpoint(edited, origin, [log])).toEqual({
        ok: false,
        error: "note-signature-wrong",
      });
      expect(openCheckpoint(edited, origin, [witness])).toEqual({
        ok: false,
        error: "note-signature-wrong",
      });
    }
  });
});
