import { fromBase64url } from "@countersign/protocol/bytes";
import type { Digest, DraftId } from "@countersign/protocol/ids";
import type { SecretName } from "@countersign/protocol/names";
import { openStatement } from "@countersign/protocol/openings";
import { type Rendering, render } from "@countersign/protocol/rendering";
import { statementDigest } from "@countersign/protocol/statement";
import { type Installation, startInstallation } from "./installation.ts";
import { eventsOf, type ReadEvent, readLedger } from "./ledger-reader.ts";
import { call, TestDevice, TestPerson, value } from "./people.ts";
import { Recipient, sealedValue } from "./sealed-values.ts";
import { askAndApprove, type Cast, enrolCast, registration } from "./story.ts";

/** Three values that must never be taken for one another, each with an approved grant of many uses. */
export type DbaRoom = {
  readonly installation: Installation;
  readonly cast: Cast;
  readonly ingridsLaptop: TestDevice;
  readonly mine: Owned;
  /** Of the same tenant. */
  readonly other: Owned;
  /** Of another tenant. */
  readonly foreign: Owned;
};

export type Owned = {
  readonly name: SecretName;
  /** Plaintexts by version, from version 1. */
  readonly values: readonly string[];
  readonly recipient: Recipient;
};

export const MINE = "payments/prod/postgres/app-password" as SecretName;
export const OTHER = "payments/prod/postgres/reporting-password" as SecretName;

/**
 * Mine has two versions, so that there is an old row to put back. The foreign one is a development
 * secret of low tier, which its owner opens alone: one person is all of her tenant.
 */
export async function createDbaRoom(): Promise<DbaRoom> {
  const installation = await startInstallation();
  const cast = await enrolCast(installation);
  const ingridsLaptop = await TestDevice.login(cast.ingrid, "Ingrid's laptop");
  const mine = await own(cast.olivia, cast.laptop, MINE, ["v1-of-mine-kzQ0fW9", "v2-of-mine-h3Jd8sL"]);
  const other = await own(cast.olivia, cast.laptop, OTHER, ["of-other-Zp4mVb2Xq"]);
  const granted = (name: SecretName) => askAndApprove(cast, { secrets: [name], maxUses: 5 });
  const foreignName = "payments/dev/postgres/app-password" as SecretName;
  const foreign = await own(cast.ingrid, ingridsLaptop, foreignName, ["of-globex-T7nRc5Yu"]);
  return {
    installation,
    cast,
    ingridsLaptop,
    mine: { ...mine, recipient: await Recipient.of(cast.laptop, await granted(MINE)) },
    other: { ...other, recipient: await Recipient.of(cast.laptop, await granted(OTHER)) },
    foreign: {
      ...foreign,
      recipient: await Recipient.of(
        ingridsLaptop,
        await askAndApprove(
          { ...cast, olivia: cast.ingrid, laptop: ingridsLaptop, sam: NOBODY, priya: NOBODY },
          { secrets: [foreignName], maxUses: 5 },
        ),
      ),
    },
  };
}
