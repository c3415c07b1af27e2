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

/** A person: what they may do, what they sign with, where values may be sealed to. */
export function PersonFacts({ of, heading: Heading }: { of: PersonDetail; heading: "h1" | "h2" }) {
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
  children,
}: {
  icon: ReactNode;
  name: ReactNode;
  look: BadgeLook;
  children: ReactNode;
}) {
  return (
    <li className="flex items-start gap-2.5 border-b border-line py-(--row-y) last:border-b-0">
      {icon}
      <span className="min-w-0 flex-1">
        <span className="font-medium">{name}</span>
        <span className="block text-quiet">{children}</span>
      </span>
      <Badge plain look={look} />
    </li>
  );
}
