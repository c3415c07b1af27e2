import { randomBytes } from "node:crypto";
import { toBase32 } from "@countersign/protocol/bytes";
import type { Attempt, CommandPath } from "../decisions/application/command-path.ts";
import type { PostgresLedger } from "../ledger/infrastructure/postgres-ledger.ts";
import type { AskForRow, ReadCurrentValue } from "../secrets/application/read-current-value.ts";
import { DoneBatch } from "./application/done-batch.ts";
import { fetchSecret, witnessedBy } from "./application/fetch-secret.ts";
import { startGatewaySocket } from "./infrastructure/gateway-socket.ts";

/** Opens the socket at which gateways fetch for workloads. Returns what closes it again, and who is there. */
export async function startWorkloadDoor(
  parts: {
    readonly path: CommandPath;
    readonly ledger: PostgresLedger;
    readonly askForRow: AskForRow;
    readonly readCurrentValue: ReadCurrentValue;
    readonly onFault: (error: unknown, correlation: string) => void;
  },
  socketPath: string,
): Promise<{
  readonly stop: () => Promise<void>;
  readonly count: () => { readonly connected: number; readonly underWay: number };
}> {
  const { path, ledger, askForRow, readCurrentValue, onFault } = parts;
  const done = new DoneBatch(path);
  const witnessed = () => witnessedBy(ledger);
  const socket = await startGatewaySocket(
    {
      gateways: () => path.state.genesis?.gateways ?? [],
      fetch: (command) =>
        fetchSecret({ path, askForRow, readCurrentValue, done, witnessed }, command),
      onStranger: (refusal) => path.recordRefusal(stranger(), refusal),
      onFault,
    },
    socketPath,
  );
  return {
    stop: async () => {
      await socket.stop();
      await done.flush();
    },
    count: socket.count,
  };
}

/** Nobody is named: what was shown proves nothing. */
function stranger(): Attempt {
  const nobody = { tenant: null, person: null, device: null, subject: null, evidence: null };
  return {
    door: "gateway",
    correlation: toBase32(randomBytes(10)),
    what: "gateway-hello",
    ...nobody,
  };
}
