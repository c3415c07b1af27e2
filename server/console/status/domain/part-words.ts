/** How one part is, and what that means for people. */
export type Part = { readonly state: "up" | "down" | "unknown"; readonly sentence: string };

/** What the key service counts, as far as a sentence depends on it. */
export type Figures = {
  readonly hsm: { readonly isReachable: boolean };
  readonly ledger: { readonly isAvailable: boolean; readonly queued: number };
  readonly projection: {
    readonly state: "running" | "retrying" | "stopped";
    readonly behind: number;
  };
  readonly lastCheck: { readonly rowsCompared: number; readonly found: number } | null;
  readonly gateways: number | null;
};
export type Backlog = {
  readonly queued: number;
  readonly failing: number;
  readonly trouble: string | null;
};

/** Workloads tolerate 15 minutes without a cosignature; people are told after 5. */
const QUIET_SECONDS = 5 * 60;
/** So many entries before the disk is a second or two of waiting. */
const LONG_QUEUE = 512;

const up = (sentence: string): Part => ({ state: "up", sentence });
const down = (sentence: string): Part => ({ state: "down", sentence });
const UNKNOWN: Part = {
  state: "unknown",
  sentence: "Cannot be told while the key service does not answer.",
};

/** `undefined`: it answers, and has no figures to give. `null`: it does not answer. */
export function keyServicePart(figures: Figures | null | undefined): Part {
  if (figures === null)
    return down(
      "Nobody can sign, request or open anything until it answers. Lists show what was last recorded.",
    );
  if (figures === undefined) return up("Decides and signs the ledger.");
  if (!figures.ledger.isAvailable)
    return down(
      "Reads the ledger again. Nothing is decided or released until it has; then it goes on.",
    );
  if (figures.ledger.queued > LONG_QUEUE)
    return down(
      `${figures.ledger.queued} entries wait for the disk: whatever is signed or opened waits with them.`,
    );
  return up("Decides and signs the ledger.");
}

export function hsmPart(figures: Figures | null): Part {
  if (figures === null) return UNKNOWN;
  return figures.hsm.isReachable
    ? up("Holds the keys that open everything and sign the ledger; none of them leaves it.")
    : down(
        "Gives no signature. Nothing can be opened, and the ledger takes no entry, until it does.",
      );
}

/** @param quietSeconds since the newest cosignature; null where the key service does not answer */
export function witnessPart(quietSeconds: number | null): Part {
  if (quietSeconds === null) return UNKNOWN;
  return quietSeconds > QUIET_SECONDS
    ? down(
        "Has not cosigned for more than 5 minutes. Values that take two people wait; workloads go on for 15 minutes.",
      )
    : up("Cosigns what continues the ledger it knows.");
}

export function checkerPart(figures: Figures | null): Part {
  if (figures === null) return UNKNOWN;
  const { lastCheck, projection } = figures;
  if (projection.state !== "running")
    return down("Lists are not being written: what was signed lately does not stand in them yet.");
  if (lastCheck === null)
    return { state: "unknown", sentence: "The first comparison is not over yet." };
  return lastCheck.found === 0
    ? up("What is stored agrees with the ledger.")
    : down(
        "Rows differed from the ledger. They were mended from it, and entries say which: see Audit.",
      );
}

export function gatewayPart(figures: Figures | null): Part {
  if (figures === null) return UNKNOWN;
  const { gateways } = figures;
  if (gateways === null) return { state: "unknown", sentence: "No gateway is served here." };
  return gateways === 0
    ? down("No gateway is connected: workloads fetch nothing and live on what they hold.")
    : up("Workloads fetch through it.");
}

/** @param ways by which messages leave: empty where none is configured */
export function notificationsPart(ways: readonly string[], backlog: Backlog): Part {
  if (ways.length === 0)
    return up("People see here what waits for them. No mail server and no webhook is configured.");
  const by = ways.join(" and ");
  return backlog.failing > 0
    ? down(
        `${backlog.failing} of ${backlog.queued} messages by ${by} cannot be delivered: ${backlog.trouble ?? "no answer"}. They are tried again; people see here what waits.`,
      )
    : up(`People are told by ${by} of what waits for them, and see it here.`);
}
