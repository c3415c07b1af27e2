import { secretName } from "@countersign/protocol/names";
import { assignment } from "@countersign/protocol/roles";
import type { Office } from "../office.ts";

/** The third week: values change, a role is given, somebody tries to agree with themselves. */
export async function thirdWeek(office: Office): Promise<void> {
  const { calendar } = office;
  await calendar.on(24, "09:05");
  await office.rotate("lena", "payments/test/postgres/app-password");
  const outage = await office.askAndApprove(
    "mara",
    {
      secrets: ["identity/prod/postgres/app-password", "identity/prod/sessions/session-secret"],
      justification: "Sign-ins fail in Frankfurt since the failover of this morning",
      ticket: "INC-512",
      hours: 4,
    },
    "grace",
    "hugo",
    "yuki",
  );
  await office.open(outage);
  await calendar.on(23, "10:30");
  const proposal = await office.as("helena").signOne({
    act: "change-role",
    person: office.as("tomas").person,
    after: [
      assignment.parse({ role: "on-call", service: null }),
      assignment.parse({ role: "service-owner", service: "search" }),
    ],
  });
  await calendar.later(65);
  if ((await office.stands(proposal, "helena")) === "pending")
    await office.approve({ proposal }, "ravi");
  await calendar.on(22, "11:10");
  const own = await office.ask("lena", {
    secrets: ["payments/prod/redis/session-password"],
    justification: "Counting the sessions that did not end after the release",
    ticket: "PAY-1399",
  });
  await office.as("lena").isRefused({ act: "approve", proposal: own.proposal, reason: null });
  await calendar.later(31);
  await office.approve(own, "hugo", "yuki");
  await office.open(own);
  await calendar.on(21, "15:20");
  await office.as("daniel").isRefused({
    act: "put-value",
    name: secretName.parse("payments/prod/api/service-token"),
    value: { source: "generated", length: null },
  });
}

/** The fourth: a lost laptop, a grant that is taken back, monthly passwords. */
export async function fourthWeek(office: Office): Promise<void> {
  const { calendar } = office;
  await calendar.on(19, "08:30");
  const lost = await office.laptopOf("jonas");
  await office.as("jonas").signOne({
    act: "revoke",
    subject: { type: "device", device: lost.device },
    reason: "Left on the 8:12 train to Basel",
  });
  office.forgetLaptop("jonas");
  await calendar.on(17, "09:45");
  const migration = await office.askAndApprove(
    "daniel",
    {
      secrets: ["billing/prod/exports/backup-key"],
      justification: "Testing that last month’s export can be restored",
      ticket: "BIL-219",
      hours: 8,
      uses: 3,
    },
    "grace",
    "hugo",
    "yuki",
  );
  await office.open(migration);
  await calendar.later(50);
  await office.as("hugo").signOne({
    act: "revoke",
    subject: { type: "grant", request: migration.request },
    reason: "The restore test is over; two uses were left",
  });
  await calendar.on(14, "10:00");
  await office.rotate(
    "lena",
    "payments/prod/sepa/client-secret",
    "payments/prod/acquirer/webhook-secret",
    "payments/test/postgres/app-password",
  );
  await calendar.on(13, "10:20");
  await office.rotate("amara", "notifications/prod/queue/password", "search/prod/index/data-key");
  await calendar.on(12, "14:10");
  await office.ask("amara", {
    secrets: ["notifications/prod/mail/service-token"],
    justification: "Finding out why two newsletters went out twice",
    ticket: "NTF-64",
  });
  await calendar.on(10, "09:30");
  await office.rotate(
    "daniel",
    "billing/prod/postgres/app-password",
    "billing/staging/postgres/app-password",
  );
  await calendar.on(9, "16:15");
  await office.as("jonas").signOne({
    act: "revoke",
    subject: { type: "secret", name: secretName.parse("ledger-export/dev/warehouse/password") },
    reason: "The old development warehouse was switched off",
  });
}
