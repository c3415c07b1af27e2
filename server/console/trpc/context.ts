import type { Digest } from "@countersign/protocol/ids";
import type { Instant } from "@countersign/protocol/instants";
import type { ConsoleDatabase } from "../../db/console-database.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Log } from "../../observability/log.ts";
import type { Histogram } from "../audit/infrastructure/audit-histogram.ts";
import type { KeyService } from "../key-service-client/key-service-client.ts";
import type { LiveHub } from "../live/live-hub.ts";
import type { Charts } from "../overview/application/read-charts.ts";
import { CostlyAnswers } from "../reuse/costly-answers.ts";
import type { SecretFacets } from "../secrets/infrastructure/secret-facets.ts";
import type { SessionState } from "../sessions/domain/session.ts";
import type { SessionStore } from "../sessions/infrastructure/session-store.ts";

/** What every procedure may use; made once for the process. */
export type ConsoleParts = {
  readonly database: ConsoleDatabase;
  readonly sessions: SessionStore;
  readonly keyService: KeyService;
  readonly now: () => Instant;
  /** Whether the identity provider answers; asked at most every few seconds. */
  readonly identityProviderAnswers: () => Promise<boolean>;
  readonly log: Log;
  /** Domains to whose addresses mail may go; null where none is sent. */
  readonly mailDomains: readonly string[] | null;
  readonly hasWebhook: boolean;
  readonly costly: {
    readonly charts: CostlyAnswers<Charts>;
    readonly facets: CostlyAnswers<SecretFacets>;
    readonly histograms: CostlyAnswers<Histogram>;
  };
  /** Tells pages that something changed. */
  readonly live: LiveHub;
};

export function costlyAnswers(clock: Pick<Clock, "monotonic">): ConsoleParts["costly"] {
  return {
    charts: new CostlyAnswers(clock),
    facets: new CostlyAnswers(clock),
    histograms: new CostlyAnswers(clock),
  };
}

/** One call. `session` is judged once for all procedures of a batch. */
export type ConsoleContext = {
  readonly parts: ConsoleParts;
  /** Digest of the session's secret in the cookie; null without a cookie. */
  readonly session: Digest | null;
  readonly sessionState: () => Promise<SessionState>;
  readonly correlation: string;
  /** Tells the browser to forget its cookie; a no-op where there is nobody to tell. */
  readonly forgetCookie: () => void;
};
