import type { BackedUpTable, Manifest } from "./backup-lines.ts";
import type { VerifiedBackup } from "./verify-backup.ts";

/** What an operator is told of a backup that was made, checked or restored. */
export type BackupReport = {
  readonly done: "made" | "verified" | "restored";
  readonly file: string;
  readonly bytes: number;
  readonly createdAt: string;
  readonly origin: string;
  readonly entries: number;
  /** Standard base64. */
  readonly root: string;
  readonly checkpoint: string;
  /** Who cosigned it, and when, UTC. */
  readonly cosigned: readonly { readonly witness: string; readonly at: string }[];
  readonly tables: Readonly<Record<BackedUpTable, number>>;
  readonly files: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly token: Manifest["token"];
  /** Ids of the keys that open it; only where it was just made. */
  readonly sealedTo: readonly string[];
  /** What witnesses remember of this log now; only where it is checked or restored. */
  readonly remembered: readonly {
    readonly witness: string;
    readonly size: number | null;
    readonly answers: boolean;
  }[];
  /** What is not in it, each with where it comes from. */
  readonly missing: readonly string[];
  /** What must be known or done before it serves. */
  readonly notes: readonly string[];
};

export function missingOf({ token }: Pick<Manifest, "token">): string[] {
  return [
    token.kind === "folder"
      ? "The PIN of the token: without it its keys open nothing. Keep it apart from this file."
      : `The keys of the token ${token.label}: take a backup with its vendor's tool (${token.library}).`,
    "Passwords of database roles, TLS keys, the identity provider's client secret: they are configuration.",
    "Projections and snapshots: the key service makes them again from the ledger.",
    "The console's own rows (who is signed in, preferences, mail addresses, messages): people sign in again, give their address again, and are told once more of what waits.",
    "The memory of the witnesses: it is theirs, and is never put back to an older state.",
  ];
}

/** Notes on what witnesses remember beside what the backup holds. */
export function notesOf(entries: number, remembered: BackupReport["remembered"]): string[] {
  return remembered.flatMap(({ witness, size, answers }) => {
    if (!answers) return [`The witness ${witness} did not answer: what it remembers is not known.`];
    if (size === null || size <= entries) return [];
    return [
      `The witness ${witness} remembers ${size} entries, and this backup has ${entries}: the key service will not start on it, since ${size - entries} recorded entries would be forgotten. Restore a newer backup, or refill the database from what holds those entries; do not take the witness's memory away.`,
    ];
  });
}

export function cosignedAt({
  cosigned,
}: Pick<VerifiedBackup, "cosigned">): BackupReport["cosigned"] {
  return cosigned.map(({ witness, timestampSeconds }) => ({
    witness,
    at: new Date(timestampSeconds * 1000).toISOString(),
  }));
}

const TITLES = {
  made: "A backup was made; what went into it was verified on the way.",
  verified: "This backup is whole. Nothing was restored.",
  restored: "The backup was verified and restored.",
} as const satisfies Record<BackupReport["done"], string>;

/** For a terminal: one fact a line. */
export function reportText(of: BackupReport): string {
  const rows = Object.entries(of.tables).map(([table, count]) => `${table} ${count}`);
  const bytes = of.files.reduce((sum, it) => sum + it.bytes, 0);
  const facts: (readonly [string, string])[] = [
    ["file", `${of.file}, ${of.bytes} bytes`],
    ["made", of.createdAt],
    ["ledger", `${of.origin}, ${of.entries} entries`],
    ["root", of.root],
    ...of.cosigned.map(({ witness, at }) => ["cosigned", `${witness}, ${at}`] as const),
    ["rows", rows.join(", ")],
    ["files", `${of.files.length}, ${bytes} bytes`],
    ["token", of.token.kind === "folder" ? `${of.token.label}, with its folder` : of.token.label],
    ...of.sealedTo.map((id) => ["sealed to", id] as const),
    ...of.remembered.map(({ witness, size, answers }) => {
      const known = size === null ? "nothing of this log" : `${size} entries`;
      return ["witness", `${witness}: ${answers ? known : "does not answer"}`] as const;
    }),
  ];
  return [
    TITLES[of.done],
    "",
    ...facts.map(([name, text]) => `  ${name.padEnd(10)}${text}`),
    "",
    "Not in it:",
    ...of.missing.map((it) => `  - ${it}`),
    ...(of.notes.length === 0
      ? []
      : ["", "Before it serves:", ...of.notes.map((it) => `  - ${it}`)]),
    "",
  ].join("\n");
}
