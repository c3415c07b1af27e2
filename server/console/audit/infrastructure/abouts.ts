import { statement } from "@countersign/protocol/statement";
import type { TenantReads } from "../../../db/console-database.ts";
import { People, secretNames } from "../../names/names.ts";
import { aboutPerson } from "../../requests/infrastructure/about-person.ts";
import type { AuditAbout } from "../contract.ts";

type Tx = Pick<
  TenantReads,
  "person" | "secret" | "binding" | "device" | "hardwareKey" | "proposal"
>;

/**
 * What the subjects of entries are, in names: a proposal by what it wants, a binding by its workload, a device by its
 * label. A subject that is none of these, or another tenant's, has no words. One query for each kind, by keys.
 */
export async function aboutsOf(
  tx: Tx,
  subjects: Iterable<string | null>,
): Promise<ReadonlyMap<string, AuditAbout>> {
  const wanted = [...new Set(subjects)].filter((it) => it !== null);
  if (wanted.length === 0) return new Map();
  const bindings = await tx.binding.findMany({ where: { binding: { in: wanted } } });
  const devices = await tx.device.findMany({ where: { device: { in: wanted } } });
  const keys = await tx.hardwareKey.findMany({ where: { credential: { in: wanted } } });
  const proposals = await tx.proposal.findMany({
    where: { OR: [{ proposal: { in: wanted } }, { request: { in: wanted } }] },
  });
  const statements = new Map(proposals.map((it) => [it.proposal, statement.parse(it.statement)]));
  const people = await People.load(tx, [
    ...wanted.filter((it) => it.startsWith("p-")),
    ...[...devices, ...keys].map((it) => it.person),
    ...proposals.map((it) => it.proposedBy),
    ...[...statements.values()].map(aboutPerson),
  ]);
  const names = await secretNames(tx, [
    ...wanted.filter((it) => it.startsWith("s-")),
    ...bindings.map((it) => it.secret),
    ...proposals.flatMap((it) => it.secrets),
  ]);
  const found = new Map<string, AuditAbout>();
  for (const id of wanted) {
    const name = names.get(id);
    const person = id.startsWith("p-") ? people.refOrNull(id) : null;
    if (name !== undefined) found.set(id, { type: "secret", name });
    else if (person !== null) found.set(id, { type: "person", person });
  }
  for (const { binding, workload, secret } of bindings)
    found.set(binding, { type: "binding", workload, secret: names.get(secret) ?? secret });
  for (const { device, label, person } of devices)
    found.set(device, { type: "device", label: label ?? device, person: people.ref(person) });
  for (const { credential, person } of keys)
    found.set(credential, { type: "key", person: people.ref(person) });
  for (const { proposal, request, kind, proposedBy, secrets } of proposals) {
    const said = statements.get(proposal);
    if (said === undefined) throw new Error("every proposal's statement was parsed above");
    const about: AuditAbout = {
      type: "proposal",
      kind,
      proposedBy: people.ref(proposedBy),
      about: {
        secrets: secrets.map((id) => ({
          secret: null,
          name: names.get(id) ?? (said.kind === "register-secret" ? said.body.name : id),
        })),
        person: people.refOrNull(aboutPerson(said)),
        workload: said.kind === "bind-workload" ? said.body.binding.workload : null,
      },
    };
    found.set(proposal, about);
    if (request !== null) found.set(request, about);
  }
  return found;
}
