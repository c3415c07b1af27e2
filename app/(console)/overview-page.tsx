"use client";
import { useQuery } from "@tanstack/react-query";
import { Answer } from "../../components/patterns/answer.tsx";
import { Empty } from "../../components/patterns/empty.tsx";
import { Link } from "../../components/patterns/link.tsx";
import { PageHeader, Section } from "../../components/patterns/page-header.tsx";
import { paths } from "../../components/patterns/paths.ts";
import { useListKeys } from "../../components/patterns/use-list-keys.ts";
import { AccessMap } from "../../components/rooms/overview/access-map.tsx";
import { AgeChart } from "../../components/rooms/overview/age-chart.tsx";
import { ActivityChart, RequestsChart } from "../../components/rooms/overview/overview-charts.tsx";
import { overviewCounts } from "../../components/rooms/overview/overview-counts.ts";
import { OverviewSkeleton } from "../../components/rooms/overview/overview-skeleton.tsx";
import { RotationCalendar } from "../../components/rooms/overview/rotation-calendar.tsx";
import { ServiceHealth } from "../../components/rooms/overview/service-health.tsx";
import { Tally } from "../../components/rooms/overview/tally.tsx";
import { RequestList } from "../../components/rooms/requests/request-list.tsx";
import { SecretsTable } from "../../components/rooms/secrets/secrets-table.tsx";
import type { Overview } from "../../components/rooms/views.ts";
import { BindingsTable } from "../../components/rooms/workloads/bindings-table.tsx";
import { useTRPC } from "../_trpc/client.tsx";
import { live } from "./_frame/live.ts";
import { useMe } from "./_frame/me.tsx";
import { OwnServiceLink } from "./_rights/own-service.tsx";
import { useDecide } from "./requests/use-decide.ts";

/** What waits for the reader first; then what is theirs, what is due, and how the days went. */
export function OverviewPage() {
  const trpc = useTRPC();
  const overview = useQuery({ ...trpc.overview.read.queryOptions(), ...live });
  return (
    <>
      <PageHeader
        title="Overview"
        acts={
          <OwnServiceLink kind="primary" href={paths.newRequest()}>
            Ask to use a secret
          </OwnServiceLink>
        }
      />
      <Answer of={overview} loading={<OverviewSkeleton />}>
        {(of) => <OverviewView of={of} />}
      </Answer>
    </>
  );
}

function OverviewView({ of }: { of: Overview }) {
  const { decide } = useDecide();
  const keys = useListKeys({ onApprove: (id) => decide("approve", [id]) });
  return (
    <div ref={keys}>
      <Tally counts={overviewCounts(of)} />
      <div className="mt-8 grid items-start gap-x-12 gap-y-8 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="min-w-0">
          <Waiting of={of.waiting} />
          {of.mine.length > 0 && (
            <Section
              title="You asked"
              aside={<Link href={paths.requests({ which: "mine" })}>All of yours</Link>}
            >
              <RequestList
                rows={of.mine}
                label="You asked"
                href={(row) => paths.request(row.proposal)}
              />
            </Section>
          )}
        </div>
        <div className="min-w-0">
          <Due of={of} />
        </div>
      </div>
      <div className="mt-10 grid items-start gap-x-12 gap-y-10 border-t border-line pt-8 *:mt-0 lg:grid-cols-2">
        {of.health !== null && <ServiceHealth of={of.health} />}
        <RequestsChart of={of} />
        {of.rotation !== null && <RotationCalendar of={of.rotation} />}
        <div className="min-w-0">
          {of.ages !== null && <AgeChart of={of.ages} />}
          {of.activity !== null && <ActivityChart of={of.activity} />}
        </div>
        {of.access !== null && (
          <div className="min-w-0 lg:col-span-2">
            <AccessMap of={of.access} />
          </div>
        )}
      </div>
    </div>
  );
}

function Waiting({ of }: { of: Overview["waiting"] }) {
  const name = useMe()?.name.split(" ")[0];
  return (
    <Section
      title="Waits for you"
      aside={of.count > of.rows.length && <Link href={paths.requests()}>All {of.count}</Link>}
    >
      {of.rows.length === 0 ? (
        <Empty
          title={name === undefined ? "Nothing waits for you" : `Nothing waits for you, ${name}`}
        >
          What you can sign stands here as soon as somebody asks.
        </Empty>
      ) : (
        <RequestList
          rows={of.rows}
          label="Waits for you"
          isInbox
          href={(row) => paths.request(row.proposal)}
        />
      )}
    </Section>
  );
}

function Due({ of: { secrets, bindingsEnding } }: { of: Overview }) {
  return (
    <>
      {secrets !== null && secrets.ending.length > 0 && (
        <Section
          title="Rotate next"
          aside={<Link href={paths.secrets({ state: ["expired", "due"] })}>All</Link>}
        >
          <SecretsTable
            rows={secrets.ending}
            label="Rotate next"
            href={(row) => paths.secret(row.secret)}
          />
        </Section>
      )}
      {secrets !== null && secrets.incomplete.length > 0 && (
        <Section title="Incomplete" aside={<Link href={paths.fixMetadata()}>Fix them</Link>}>
          <SecretsTable
            rows={secrets.incomplete}
            label="Incomplete"
            href={(row) => paths.secret(row.secret)}
          />
        </Section>
      )}
      {bindingsEnding !== null && bindingsEnding.length > 0 && (
        <Section
          title="Bindings that end"
          aside={<Link href={paths.workloads({ state: "ending" })}>All</Link>}
        >
          <BindingsTable
            rows={bindingsEnding}
            href={(row) => paths.workloads({ open: row.binding })}
          />
        </Section>
      )}
    </>
  );
}
