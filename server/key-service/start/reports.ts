import type { Clock } from "../../kernel/clock.ts";
import type { Log } from "../../observability/log.ts";
import type { CommandPath } from "../decisions/application/command-path.ts";
import { TamperingReports } from "../decisions/application/tampering-reports.ts";
import type { LedgerFault } from "../ledger/domain/ledger.ts";
import { logFault } from "../log-adapters.ts";
import type { Figures } from "./figures.ts";

/**
 * Where the parts of the service say what they found. They are made before the path on which their findings
 * are recorded, so it is named afterwards; until then findings are logged only, and a fault ends the start.
 */
export class Reports {
  /** Something stored is not what the ledger records: loud, and in the ledger. */
  readonly tampering: TamperingReports;
  readonly #log: Log;
  readonly #figures: Pick<Figures, "faults">;
  #path: CommandPath | null = null;

  constructor(log: Log, clock: Clock, figures: Pick<Figures, "faults">) {
    this.#log = log;
    this.#figures = figures;
    this.tampering = new TamperingReports({
      clock,
      log: (reason, correlationId) =>
        log.error("tampering", "Something stored is not what the ledger records.", {
          reason,
          correlationId,
        }),
    });
  }

  recordOn(path: CommandPath): void {
    this.#path = path;
    this.tampering.recordOn(path);
  }

  /** The ledger's connection broke, or its history is not what it was: what is in memory is read again. */
  readonly ledgerFault = (fault: LedgerFault): void => {
    this.#figures.faults.add({ of: "ledger" });
    this.#log.error("ledger-fault", fault.message, { reason: fault.reason });
    this.#path?.recoverFrom(fault);
  };

  /** Decisions go on without the witnesses; what leaves waits for them. */
  readonly witnessOutage = (outage: string | null): void => {
    if (outage === null) this.#log.info("witnesses-back", "The witnesses cosign again.");
    else {
      this.#figures.faults.add({ of: "witnesses" });
      const message = "Too few witnesses cosign: nothing is released until they do.";
      this.#log.warn("witnesses-silent", message, { reason: outage });
    }
  };

  /** @param correlation of the call that met it, where one did */
  readonly fault = (error: unknown, correlation?: string): void => {
    this.#figures.faults.add({ of: "inside" });
    logFault(this.#log, error, correlation);
  };
}
