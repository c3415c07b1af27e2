import { secretName } from "@countersign/protocol/names";
import {
  AWAITED,
  BILLING,
  BROUGHT_OVER,
  IDENTITY,
  LEDGER_EXPORT,
  NOTIFICATIONS,
  PAYMENTS,
  registrations,
  SEARCH,
  WAREHOUSE,
} from "../catalogue.ts";
import type { Office } from "../office.ts";

/** Five weeks ago: the teams bring their secrets, each in one touch of a key. */
export async function firstDays(office: Office): Promise<void> {
  const { calendar } = office;
  const [stripe, ranking, edge] = registrations(AWAITED, "none");
  await calendar.on(35, "09:20");
  await office.as("lena").sign(...registrations(PAYMENTS));
  await calendar.on(35, "10:05");
  await office.as("daniel").sign(...registrations(BILLING));
  await calendar.on(34, "09:40");
  await office.as("mara").sign(...registrations(IDENTITY));
  await calendar.on(34, "13:30");
  await office.as("amara").sign(...registrations(NOTIFICATIONS), ...registrations(SEARCH));
  await calendar.on(33, "09:10");
  await office.as("jonas").sign(...registrations(LEDGER_EXPORT));
  await office.as("erik").sign(...registrations(WAREHOUSE));
  await calendar.on(33, "15:45");
  const { payments, billing, identity, search } = BROUGHT_OVER;
  await office.as("lena").sign(...registrations(payments), ...(stripe ? [stripe] : []));
  await office.as("daniel").sign(...registrations(billing));
  await office.as("mara").sign(...registrations(identity), ...(edge ? [edge] : []));
  await office.as("amara").sign(...registrations(search), ...(ranking ? [ranking] : []));
}

/** The first requests: one opened, one refused, one taken back, one that nobody looked at. */
export async function firstRequests(office: Office): Promise<void> {
  const { calendar } = office;
  await calendar.on(32, "08:50");
  const payouts = await office.askAndApprove(
    "lena",
    {
      secrets: ["payments/prod/postgres/app-password"],
      justification: "Restoring the payouts that failed overnight",
      ticket: "PAY-1381",
      hours: 2,
      uses: 2,
    },
    "hugo",
    "yuki",
  );
  await office.open(payouts, 2);
  await calendar.on(31, "14:00");
  const curious = await office.ask("daniel", {
    secrets: ["billing/prod/postgres/app-password"],
    justification: "Looking at why a report is slow",
    ticket: "BIL-207",
    hours: 8,
  });
  await calendar.later(42);
  await office.deny(
    curious,
    "yuki",
    "Eight hours on personal data for a slow report: ask for the report login, for one hour",
  );
  await calendar.on(30, "09:15");
  const report = await office.askAndApprove(
    "daniel",
    {
      secrets: ["billing/prod/postgres/report-password"],
      justification: "Explaining the slow revenue report, with the read-only login",
      ticket: "BIL-207",
    },
    "yuki",
    "jonas",
  );
  await office.open(report);
  await calendar.on(29, "11:30");
  const mistaken = await office.ask("mara", {
    secrets: ["identity/prod/scim/service-token"],
    justification: "Re-provisioning the accounts of the Lisbon office",
    ticket: "IDM-88",
  });
  await calendar.later(9);
  await office.withdraw(mistaken, "The provisioning job repaired itself");
  await calendar.on(28, "16:40");
  await office.ask("jonas", {
    secrets: ["ledger-export/prod/bucket/service-account"],
    justification: "Checking the retention rule of the export bucket",
    ticket: "LEX-31",
  });
}

/** Workloads get their bindings; who must agree, agrees. */
export async function firstBindings(office: Office): Promise<void> {
  const { calendar } = office;
  await calendar.on(27, "10:00");
  await office.bind("lena", {
    name: "payments/dev/postgres/app-password",
    workload: "acme/dev/payments/api",
    days: 90,
  });
  await office.bind("amara", {
    name: "search/prod/crawler/service-token",
    workload: "acme/prod/search/crawler",
    days: 90,
  });
  await office.bind("amara", {
    name: "notifications/prod/templates/config-secret",
    workload: "acme/prod/notifications/renderer",
    days: 80,
  });
  await office.bind("lena", {
    name: "payments/test/postgres/app-password",
    workload: "acme/test/payments/contract-tests",
    days: 14,
  });
  const guarded = [
    { by: "lena", name: "payments/prod/api/service-token", path: "acme/prod/payments/api" },
    { by: "mara", name: "identity/prod/sso/client-secret", path: "acme/prod/identity/login" },
    { by: "amara", name: "search/prod/cluster/reader-token", path: "acme/prod/search/api" },
    {
      by: "amara",
      name: "notifications/prod/queue/password",
      path: "acme/prod/notifications/sender",
    },
  ] as const;
  for (const [at, { by, name, path }] of guarded.entries()) {
    const proposal = await office.bind(by, { name, workload: path, days: 60 });
    await calendar.later(20);
    await office.approve({ proposal }, "hugo");
    // The tier *high* wants two people.
    if (at < 2) await office.approve({ proposal }, "yuki");
  }
  const old = await office.bind("daniel", {
    name: "billing/staging/postgres/app-password",
    workload: "acme/staging/billing/importer",
    days: 29,
  });
  await office.approve({ proposal: old }, "jonas");
}

/** What was brought over without metadata is completed, as far as anybody knows it. */
export async function completing(office: Office): Promise<void> {
  const { calendar } = office;
  await calendar.on(26, "13:20");
  const known = {
    owner: "search-team",
    service: "search",
    dataClassification: "internal",
    tier: "medium",
    rotationPeriodDays: 60,
  };
  // A tier that nobody knows counts as the highest: three people agree that it is not.
  const proposal = await office.as("amara").signOne({
    act: "reclassify-secret",
    name: secretName.parse("search/prod/legacy-solr/password"),
    after: known,
  });
  await calendar.later(55);
  await office.approve({ proposal }, "grace", "hugo", "yuki");
  await office.as("amara").signOne({
    act: "edit-secret",
    name: secretName.parse("search/prod/cluster/admin-password"),
    after: { ...known, dataClassification: "confidential", tier: "high" },
  });
}
