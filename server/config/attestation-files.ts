import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readCertificates } from "./certificate-file.ts";
import { ConfigurationFault } from "./environment.ts";

/** Which hardware keys production enrols: models (AAGUIDs) whose maker's certificate leads to a root. */
export type AttestationConfig = {
  /** PEM, one certificate each. */
  readonly roots: readonly string[];
  /** Lower-case UUIDs. */
  readonly aaguids: readonly string[];
};

export const ROOTS_VARIABLE = "COUNTERSIGN_ATTESTATION_ROOTS_DIR";
export const AAGUIDS_VARIABLE = "COUNTERSIGN_ATTESTATION_AAGUIDS_FILE";

const MOST_ROOTS = 500;
/** What keys say that have no model: it would allow every maker's. */
const NO_MODEL = "00000000-0000-0000-0000-000000000000";

const aaguids = z
  .array(
    z
      .string()
      .toLowerCase()
      .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      .refine((it) => it !== NO_MODEL),
  )
  .min(1)
  .max(1000)
  .refine((list) => new Set(list).size === list.length);

/** Reads both; null where neither is named. One without the other would allow nothing, or mean nothing. @throws ConfigurationFault */
export function readAttestation(
  rootsDir: string | undefined,
  aaguidsFile: string | undefined,
): AttestationConfig | null {
  if (rootsDir === undefined && aaguidsFile === undefined) return null;
  if (rootsDir === undefined) throw alone(ROOTS_VARIABLE, AAGUIDS_VARIABLE);
  if (aaguidsFile === undefined) throw alone(AAGUIDS_VARIABLE, ROOTS_VARIABLE);
  return { roots: readRoots(rootsDir), aaguids: readAaguids(aaguidsFile) };
}

function alone(missing: string, given: string): ConfigurationFault {
  return fault(missing, `is missing, while ${given} is given. Give both, or neither.`);
}

/** Every file of the folder holds certificates and nothing else; names that begin with a dot are passed over. */
function readRoots(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => !name.startsWith("."));
  } catch {
    throw fault(
      ROOTS_VARIABLE,
      `the folder ${folder} cannot be read. Create it, or correct the path.`,
    );
  }
  if (names.length === 0) {
    throw fault(
      ROOTS_VARIABLE,
      `the folder ${folder} is empty. Put the key makers' root certificates there, PEM.`,
    );
  }
  const roots = names
    .sort()
    .flatMap((name) => readCertificates(join(folder, name), ROOTS_VARIABLE));
  if (roots.length > MOST_ROOTS) {
    throw fault(ROOTS_VARIABLE, `the folder ${folder} holds more than ${MOST_ROOTS} certificates.`);
  }
  return roots;
}

function readAaguids(path: string): readonly string[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw fault(
      AAGUIDS_VARIABLE,
      `the file ${path} cannot be read as JSON. Write a list of the AAGUIDs of the models that you allow.`,
    );
  }
  const parsed = aaguids.safeParse(content);
  if (parsed.success) return parsed.data;
  throw fault(
    AAGUIDS_VARIABLE,
    `the file ${path} must be a list of 1 to 1000 AAGUIDs, each a UUID, each once, not ${NO_MODEL}.`,
  );
}

function fault(variable: string, problem: string): ConfigurationFault {
  return new ConfigurationFault([{ variable, problem }]);
}
