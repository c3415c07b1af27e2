import { assignment } from "@countersign/protocol/roles";
import type { Office } from "../office.ts";
import type { WorkloadFetch } from "../workload-fetch.ts";

/** The last week: rotation day, an incident, what was refused and exported, a device that is replaced. */
export async function lastWeek(office: Office): Promise<void> {
  const { calendar } = office;
  await calendar.on(7, "09:00");
  await office.rotate("lena", "payments/prod/redis/session-password");
  await office.rotate("mara", "identity/prod/sessions/session-secret");
  await calendar.on(6, "10:40");
  const incident = await office.askAndApprove(
    "lena",
    {
      secrets: ["payments/prod/postgres/app-password"],
      justification: "Duplicate refunds since 10:20: stopping the job and counting who is affected",
      ticket: "INC-530",
      uses: 2,
    },
    "yuki",
    "hugo",
  );
  await office.open(incident);
  await calendar.on(5, "08:40");
  await office.rotate("lena", "payments/prod/postgres/app-password");
  await calendar.on(5, "13:00");
  const denied = await office.ask("amara", {
    secrets: ["search/prod/cluster/admin-password"],
    justification: "Trying the new ranking on production data",
    ticket: "SRC-140",
    hours: 8,
    uses: 10,
  });
  await calendar.later(25);
  await office.deny(denied, "hugo", "Use staging: it holds the same index since Monday");
  await calendar.on(4, "10:10");
  const exported = await office.askAndApprove(
    "jonas",
    {
      secrets: [
        "ledger-export/prod/warehouse/password",
        "ledger-export/prod/bucket/service-account",
      ],
      justification: "Repeating the export of the quarter, which stopped halfway",
      ticket: "LEX-40",
      hours: 2,
    },
    "hugo",
    "yuki",
  );
  await office.open(exported);
  await calendar.on(3, "11:00");
  await office.as("amara").signOne({
    act: "revoke",
    subject: {
      type: "device",
      device: (await office.laptopOf("amara")).device,
    },
    reason: "Replaced by a new machine",
  });
  office.forgetLaptop("amara");
}

/** The last hours: what waits for a security admin, for the CISO, for an officer, and for nobody any more. */
export async function today(office: Office): Promise<void> {
  const { calendar } = office;
  await calendar.minutesAgo(150);
  await office.askAndApprove(
    "daniel",
    {
      secrets: ["billing/prod/tax/client-secret"],
      justification: "Renewing the certificate with the tax authority before it ends on Friday",
      ticket: "BIL-233",
      hours: 8,
      uses: 2,
    },
    "jonas",
  );
  await calendar.minutesAgo(95);
  const half = await office.ask("lena", {
    secrets: ["payments/prod/card-vault/data-key"],
    justification: "Re-encrypting the cards of the merchant that moved to us, as in CHG-771",
    ticket: "CHG-771",
    hours: 8,
  });
  await calendar.minutesAgo(80);
  await office.approve(half, "hugo");
  await calendar.minutesAgo(60);
  await office.ask("mara", {
    secrets: ["identity/prod/scim/service-token"],
    justification: "Provisioning 40 accounts of the company that joined us today",
    ticket: "IDM-104",
    hours: 4,
  });
  await calendar.minutesAgo(45);
  await office.as("helena").signOne({
    act: "change-role",
    person: office.as("yuki").person,
    after: [
      assignment.parse({ role: "security-admin", service: null }),
      assignment.parse({ role: "auditor", service: null }),
    ],
  });
  await calendar.minutesAgo(35);
  await office.bind("lena", {
    name: "payments/prod/acquirer/webhook-secret",
    workload: "acme/prod/payments/webhooks",
    days: 60,
  });
  await calendar.minutesAgo(20);
  const waiting = await office.ask("lena", {
    secrets: ["payments/prod/api/service-token"],
    justification: "Comparing what the partner sends with what we log",
    ticket: "PAY-1420",
    hours: 8,
  });
  await calendar.minutesAgo(19);
  await office.as("lena").isRefused({ act: "approve", proposal: waiting.proposal, reason: null });
}

/** Workloads fetch in the present, where their gateway lives. @throws Error where one that is bound gets nothing */
export async function fetches(office: Office, workloads: WorkloadFetch): Promise<void> {
  await office.calendar.present();
  const bound = [
    ["acme/prod/payments/api", "payments/prod/api/service-token"],
    ["acme/prod/identity/login", "identity/prod/sso/client-secret"],
    ["acme/prod/search/api", "search/prod/cluster/reader-token"],
    ["acme/prod/search/crawler", "search/prod/crawler/service-token"],
  ] as const;
  for (const [workload, secret] of bound) {
    const status = await workloads.fetch(workload, secret);
    if (status !== 200) throw new Error(`${workload} was answered ${status}`);
  }
  await workloads.fetch("acme/prod/search/api", "payments/prod/api/service-token");
  await workloads.fetch("acme/dev/payments/api", "payments/dev/postgres/app-password");
}
