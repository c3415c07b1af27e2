/*
 * What the rooms draw: the shapes in which the console's procedures answer. Types only, so that no schema
 * and no code of the server comes into a page.
 */
import type * as z from "zod";
import type { auditContract } from "../../server/console/audit/contract.ts";
import type { notificationsContract } from "../../server/console/notifications/contract.ts";
import type { overviewContract } from "../../server/console/overview/contract.ts";
import type { peopleContract } from "../../server/console/people/contract.ts";
import type { requestsContract } from "../../server/console/requests/contract.ts";
import type { secretsContract } from "../../server/console/secrets/contract.ts";
import type { sessionContract } from "../../server/console/session/contract.ts";
import type { drafted } from "../../server/console/shapes/drafted.ts";
import type { statusContract } from "../../server/console/status/contract.ts";
import type { workloadsContract } from "../../server/console/workloads/contract.ts";

type RowOf<Page extends { readonly rows: readonly unknown[] }> = Page["rows"][number];

export type Drafted = z.infer<typeof drafted>;

export type Me = z.infer<typeof sessionContract.me.output>;
export type SessionState = z.infer<typeof sessionContract.state.output>;
export type SignedOutReason = Extract<SessionState, { state: "signed-out" }>["reason"];

export type Overview = z.infer<typeof overviewContract.read.output>;

export type SecretRow = RowOf<z.infer<typeof secretsContract.list.output>>;
export type SecretState = SecretRow["state"];
export type SecretDetail = z.infer<typeof secretsContract.detail.output>;
export type SecretFacets = z.infer<typeof secretsContract.facets.output>;
export type SecretEdit = z.infer<typeof secretsContract.draftEdit.input>["edits"][number];
export type RegisterChoices = z.infer<typeof secretsContract.registerChoices.output>;
export type MetadataField = SecretRow["gaps"][number]["field"];

export type RequestRow = RowOf<z.infer<typeof requestsContract.list.output>>;
export type RequestDetail = z.infer<typeof requestsContract.detail.output>;
export type ProposalStatus = RequestRow["status"];
export type GrantStatus = NonNullable<RequestRow["grant"]>;
export type RequestChoices = z.infer<typeof requestsContract.choices.output>;

export type NoticeRow = RowOf<z.infer<typeof notificationsContract.list.output>>;
export type MailSettings = z.infer<typeof notificationsContract.settings.output>;

export type AuditRow = RowOf<z.infer<typeof auditContract.search.output>>;
export type AuditDetail = z.infer<typeof auditContract.detail.output>;
export type AuditHistogram = z.infer<typeof auditContract.histogram.output>;

export type PersonRow = RowOf<z.infer<typeof peopleContract.list.output>>;
export type PersonDetail = z.infer<typeof peopleContract.detail.output>;

export type BindingRow = RowOf<z.infer<typeof workloadsContract.list.output>>;

export type Status = z.infer<typeof statusContract.read.output>;
export type PartState = Status["keyService"]["state"];
