"use client";
import { AtSign, KeyRound, Laptop, MonitorSmartphone } from "lucide-react";
import type { ReactNode } from "react";
import { Section } from "../../patterns/page-header.tsx";
import { Badge, type BadgeLook } from "../../ui/badge.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Name } from "../../ui/name.tsx";
import { Notice } from "../../ui/notice.tsx";
import {
  ACCOUNT_LOOKS,
  DEVICE_LOOKS,
  KEY_LOOKS,
  PERSON_LOOKS,
  SESSION_LOOKS,
} from "../standing.ts";
import type { PersonDetail } from "../views.ts";
import { WhoName } from "../who.tsx";
import { rolesInWords } from "./person-words.ts";

/** One thing of a person that can be ended by itself, and what it is called. */
export type OwnThing =
  | { readonly type: "key"; readonly credential: string; readonly called: string }
  | { readonly type: "device"; readonly device: string; readonly called: string }
  | { readonly type: "identity"; readonly account: string; readonly called: string };

/** A person: what they may do, what they sign with, where values may be sealed to. */
export function PersonFacts({
  of,
  heading: Heading,
  actOn,
}: {
  of: PersonDetail;
  heading: "h1" | "h2";
  /** What can be done with one of their things that is in force. */
  actOn?: (thing: OwnThing) => ReactNode;
}) {
  const live = of.keys.filter((it) => it.status === "active").length;
  return (
    <>
      <Heading className="text-xl font-semibold">
        <WhoName who={of.row} />
      </Heading>
      <p className="mt-0.5 text-quiet">{rolesInWords(of.row.roles)}</p>
      <Badge look={PERSON_LOOKS[of.row.status]} className="mt-1.5" />
      {of.row.status === "active" && live === 1 && (
        <Notice tone="due" className="mt-4">
          One hardware key only. Losing it locks them out until officers enrol another; a second key
          prevents that.
        </Notice>
      )}
      <Section title="Hardware keys">
        <Things empty="None. Without a key nothing can be signed.">
          {of.keys.map((key) => (
            <Thing
              key={key.credential}
              icon={<KeyRound aria-hidden="true" className="mt-0.5 size-4 flex-none text-quiet" />}
              name={<Name>{`…${key.credential.slice(-10)}`}</Name>}
              look={KEY_LOOKS[key.status]}
              act={
                key.status !== "revoked" &&
                actOn?.({
                  type: "key",
                  credential: key.credential,
                  called: `the hardware key …${key.credential.slice(-10)}`,
                })
              }
            >
              enrolled <Moment at={key.enrolledAt} />,{" "}
              {key.lastUsedAt === null ? (
                "never used"
              ) : (
                <>
                  last used <Moment at={key.lastUsedAt} />
                </>
              )}
              {key.backupEligible && ", may be copied by its maker's cloud"}
            </Thing>
          ))}
        </Things>
      </Section>
      <Section title="Devices">
        <Things empty="None. Values are opened on an enrolled device only.">
          {of.devices.map((device) => (
            <Thing
              key={device.device}
              icon={<Laptop aria-hidden="true" className="mt-0.5 size-4 flex-none text-quiet" />}
              name={device.label}
              look={DEVICE_LOOKS[device.status]}
              act={
                device.status === "active" &&
                actOn?.({
                  type: "device",
                  device: device.device,
                  called: `the device ${device.label}`,
                })
              }
            >
              enrolled <Moment at={device.enrolledAt} />, ends <Moment at={device.expiresAt} />
            </Thing>
          ))}
        </Things>
      </Section>
      <Section title="Accounts">
        <Things empty="None. Without a linked account there is no way into the console; the desk and the command line need none.">
          {of.accounts.map((account) => (
            <Thing
              key={account.account}
              icon={<AtSign aria-hidden="true" className="mt-0.5 size-4 flex-none text-quiet" />}
              name={account.text ?? <Name>{account.account}</Name>}
              look={ACCOUNT_LOOKS[account.status]}
              act={
                account.status === "linked" &&
                actOn?.({
                  type: "identity",
                  account: account.account,
                  called: `the account ${account.text ?? account.account}`,
                })
              }
            >
              linked <Moment at={account.linkedAt} />
            </Thing>
          ))}
        </Things>
      </Section>
      <Section title="Sessions">
        <Things empty="None.">
          {of.sessions.map((session) => (
            <Thing
              key={`${session.openedAt} ${session.expiresAt}`}
              icon={
                <MonitorSmartphone
                  aria-hidden="true"
                  className="mt-0.5 size-4 flex-none text-quiet"
                />
              }
              name={session.current ? "This session" : "Session"}
              look={SESSION_LOOKS[session.status]}
            >
              began <Moment at={session.openedAt} />, ends <Moment at={session.expiresAt} />
            </Thing>
          ))}
        </Things>
      </Section>
    </>
  );
}

function Things({ empty, children }: { empty: string; children: readonly ReactNode[] }) {
  if (children.length === 0) return <p className="text-sm text-quiet">{empty}</p>;
  return <ul className="text-sm">{children}</ul>;
}

function Thing({
  icon,
  name,
  look,
  act,
  children,
}: {
  icon: ReactNode;
  name: ReactNode;
  look: BadgeLook;
  act?: ReactNode;
  children: ReactNode;
}) {
  return (
    <li className="flex items-start gap-2.5 border-b border-line py-(--row-y) last:border-b-0">
      {icon}
      <span className="min-w-0 flex-1">
        <span className="font-medium">{name}</span>
        <span className="block text-quiet">{children}</span>
      </span>
      <span className="flex flex-none flex-wrap items-center justify-end gap-3">
        <Badge plain look={look} />
        {act}
      </span>
    </li>
  );
}
