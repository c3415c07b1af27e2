import { readFileSync } from "node:fs";
import { personId } from "@countersign/protocol/ids";
import { tenantId } from "@countersign/protocol/names";
import * as z from "zod";
import {
  type KeyService,
  KeyServiceClient,
} from "../../server/console/key-service-client/key-service-client.ts";
import { Calendar } from "./calendar.ts";
import { Colleague, type Workplace } from "./colleague.ts";
import { COLLEAGUES, type Subject } from "./colleagues.ts";
import { companyGenesis } from "./company-genesis.ts";
import type { KeptKey } from "./hardware-key.ts";
import { Office } from "./office.ts";
import { type Bearings, SharedClock } from "./shared-clock.ts";
import { completing, firstBindings, firstDays, firstRequests } from "./story/first-days.ts";
import { fetches, lastWeek, today } from "./story/last-days.ts";
import { fourthWeek, thirdWeek } from "./story/later-weeks.ts";
import { WorkloadFetch } from "./workload-fetch.ts";

/*
 * Fills an installation of development with five weeks of a company, through the real path: real statements, really
 * signed, judged by the real key service at the time that its shifted clock shows.
 *
 *   node dist/seed.mjs genesis <issuer>   writes the genesis file to standard output
 *   node dist/seed.mjs play               reads what it plays on from standard input; writes a line of JSON for each
 *                                         chapter, and last the software keys of the colleagues
 */
const installation = z.strictObject({
  deskOrigin: z.url(),
  rpcSocket: z.string(),
  consoleCredentialFile: z.string(),
  peopleFile: z.string(),
  clockSockets: z.array(z.string()),
  shiftMs: z.number(),
  present: z.number(),
  identity: z.strictObject({
    issuer: z.string(),
    clientId: z.string(),
    clientSecretFile: z.string(),
    consoleOrigin: z.string(),
  }),
  gateway: z.strictObject({ port: z.int(), caFile: z.string(), caKeyFile: z.string() }),
});
const invitations = z.array(
  z.object({ person: personId, tenant: tenantId, name: z.string(), enrolmentLink: z.string() }),
);
type Invitation = z.infer<typeof invitations>[number];

const [command, argument = ""] = process.argv.slice(2);
if (command === "genesis") tell(companyGenesis(argument));
else await play();

async function play(): Promise<void> {
  let text = "";
  for await (const chunk of process.stdin) text += String(chunk);
  const given = installation.parse(JSON.parse(text));
  const keyService = new KeyServiceClient({
    socket: given.rpcSocket,
    credential: () => readFileSync(given.consoleCredentialFile, "utf8").trim(),
  });
  const invited = invitations.parse(JSON.parse(readFileSync(given.peopleFile, "utf8")));
  const clock = new SharedClock(
    given.clockSockets,
    given.shiftMs,
    bearingsOf(keyService, invited[0]),
  );
  const { clientSecretFile, ...client } = given.identity;
  const at: Workplace = {
    deskOrigin: given.deskOrigin,
    console: keyService,
    identity: { ...client, clientSecret: readFileSync(clientSecretFile, "utf8").trim() },
    now: () => clock.now(),
  };
  const people = await enrolAll(at, invited);
  const office = new Office(at, new Calendar(clock, given.present), people);
  const workloads = new WorkloadFetch(given.gateway);
  const chapters: readonly (readonly [string, () => Promise<void>])[] = [
    ["colleagues enrol, teams register their secrets", () => firstDays(office)],
    ["the first requests", () => firstRequests(office)],
    ["workloads are bound", () => firstBindings(office)],
    ["metadata is completed", () => completing(office)],
    ["the third week", () => thirdWeek(office)],
    ["the fourth week", () => fourthWeek(office)],
    ["the last week", () => lastWeek(office)],
    ["today", () => today(office)],
    ["workloads fetch", () => fetches(office, workloads)],
  ];
  for (const [chapter, written] of chapters) {
    tell({ chapter });
    await written();
  }
  const keys: Record<string, KeptKey & { readonly name: string }> = {};
  for (const [subject, colleague] of people) {
    keys[subject] = { name: colleague.facts.name, ...colleague.key.keep() };
    colleague.desk.end();
  }
  tell({ keys });
}

/** @param anybody in whose name the key service is asked what time it thinks it is */
function bearingsOf(keyService: KeyService, anybody: Invitation | undefined): Bearings {
  if (anybody === undefined) throw new Error("genesis invited nobody");
  const { person, tenant } = anybody;
  return {
    isAtRest: async () => {
      const status = await keyService.call("/console/v1/status", {});
      if (!status.ok) return false;
      const { ledger, witnesses } = status.value;
      const { size, ageSeconds } = witnesses.newest ?? { size: -1, ageSeconds: 0 };
      return ledger.queued === 0 && size === ledger.size && ageSeconds < 60;
    },
    agrees: async () =>
      (await keyService.call("/console/v1/proposals/waiting", { person, tenant })).ok,
  };
}

async function enrolAll(
  at: Workplace,
  invited: readonly Invitation[],
): Promise<Map<Subject, Colleague>> {
  const people = new Map<Subject, Colleague>();
  for (const [place, facts] of COLLEAGUES.entries()) {
    const own = invited.find((it) => it.name === facts.name);
    if (own === undefined) throw new Error(`genesis invited nobody called ${facts.name}`);
    const { person, enrolmentLink: link } = own;
    people.set(
      facts.subject,
      await Colleague.enrol(at, facts, { person, link, machine: place + 2 }),
    );
  }
  return people;
}

function tell(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
