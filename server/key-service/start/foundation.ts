import type { KeyServiceConfig } from "../../config/key-service-config.ts";
import type { createPool } from "../../db/pool.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Log } from "../../observability/log.ts";
import type { StateFiles } from "../genesis/infrastructure/state-files.ts";
import type { KeyProvider } from "../keys/domain/key-provider.ts";
import type { Closing } from "./closing.ts";
import type { Figures } from "./figures.ts";
import type { Reports } from "./reports.ts";

export type Pool = ReturnType<typeof createPool>;

/** What every part of the service stands on. */
export type Foundation = {
  readonly config: KeyServiceConfig;
  readonly log: Log;
  readonly clock: Clock;
  readonly files: StateFiles;
  readonly keys: KeyProvider;
  readonly pool: Pool;
  readonly reports: Reports;
  readonly figures: Figures;
  readonly closing: Closing;
};
