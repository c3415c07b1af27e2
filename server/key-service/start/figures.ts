import { CONSOLE_API } from "@countersign/protocol/console-api";
import { PEOPLE_API } from "@countersign/protocol/people-api";
import { REFUSAL_CODES } from "@countersign/protocol/refusals";
import { STATEMENT_BODIES } from "@countersign/protocol/statement";
import { Metrics } from "../../observability/metrics.ts";
import { addProcessMetrics } from "../../observability/process-metrics.ts";
import type { DomainEvent } from "../decisions/domain/event.ts";
import { HSM_OPERATIONS } from "../keys/application/measured-keys.ts";

/** What is decided beside statements: `Attempt.what` of each. */
const DEEDS = [
  "open",
  "release",
  "fetch",
  "record",
  "identify",
  "check-value",
  "sign-out",
  "console-rpc",
  "gateway-hello",
];
const OUTCOMES = ["accepted", ...REFUSAL_CODES];
const HSM_OUTCOMES = [
  "done",
  "unavailable",
  "wrong-pin",
  "pin-locked",
  "no-such-token",
  "no-such-key",
  "label-taken",
  "not-authentic",
  "refused",
  "fault",
];
const DESK_PATHS = [...Object.keys(PEOPLE_API), "page", "asset", "probe", "unknown"];

/** What happened in this process since it started, counted where it happens. */
export class Figures {
  readonly metrics = new Metrics();
  readonly decisions = this.metrics.counter(
    "countersign_decisions_total",
    "Attempts by what they were, and how they ended: accepted, or the code of the refusal.",
    { act: [...Object.keys(STATEMENT_BODIES), ...DEEDS], outcome: OUTCOMES },
  );
  readonly appends = this.metrics.histogram(
    "countersign_ledger_append_seconds",
    "From handing an entry to the ledger until it is durable, waiting for its batch included.",
    {},
  );
  readonly releases = this.metrics.counter(
    "countersign_releases_total",
    "Values that left, by to whom. An intent counts as disclosed; a done says that it was handed over.",
    { to: ["person", "workload"], step: ["intent", "done"] },
  );
  readonly hsmOperations = this.metrics.histogram(
    "countersign_hsm_operation_seconds",
    "Operations of the HSM by kind and how they ended, waiting for a session included.",
    { operation: HSM_OPERATIONS, outcome: HSM_OUTCOMES },
  );
  readonly findings = this.metrics.counter(
    "countersign_checker_findings_total",
    "Differences between what is stored and what the ledger says. Any is an incident.",
    {},
  );
  readonly checks = this.metrics.counter(
    "countersign_checker_runs_total",
    "Comparisons of what is stored with the ledger that came to their end.",
    {},
  );
  readonly faults = this.metrics.counter(
    "countersign_faults_total",
    "What failed inside; each has a line in the log.",
    { of: ["ledger", "witnesses", "inside"] },
  );
  readonly deskRequests = this.metrics.histogram(
    "countersign_desk_request_seconds",
    "Requests at the desk and the people-API, by path and how they ended.",
    { path: DESK_PATHS, outcome: ["answered", ...REFUSAL_CODES] },
  );
  readonly consoleCalls = this.metrics.histogram(
    "countersign_console_rpc_seconds",
    "Calls of the console, by path and how they ended.",
    { path: Object.keys(CONSOLE_API), outcome: ["answered", ...REFUSAL_CODES] },
  );

  constructor() {
    addProcessMetrics(this.metrics);
  }

  /** Of an entry that is durable. */
  recorded(events: readonly DomainEvent[]): void {
    for (const event of events) {
      if (event.type === "ReleaseIntended") this.releases.add({ to: "person", step: "intent" });
      if (event.type === "ReleaseDone") this.releases.add({ to: "person", step: "done" });
      if (event.type === "FetchIntended") this.releases.add({ to: "workload", step: "intent" });
      if (event.type === "FetchesDone")
        this.releases.add({ to: "workload", step: "done" }, event.intents.length);
    }
  }
}
