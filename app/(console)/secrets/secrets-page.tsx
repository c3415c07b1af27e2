"use client";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Answer } from "../../../components/patterns/answer.tsx";
import { Empty } from "../../../components/patterns/empty.tsx";
import { Inspector } from "../../../components/patterns/inspector.tsx";
import { countOf } from "../../../components/patterns/known.ts";
import { ButtonLink } from "../../../components/patterns/link.tsx";
import { ListPage } from "../../../components/patterns/list-page.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { TableSkeleton } from "../../../components/patterns/table-skeleton.tsx";
import { SecretSummary } from "../../../components/rooms/secrets/secret-summary.tsx";
import { SECRET_COLUMNS, SecretsTable } from "../../../components/rooms/secrets/secrets-table.tsx";
import type { SecretFacets } from "../../../components/rooms/views.ts";
import { Reasons } from "../../../components/ui/reasons.tsx";
import { SkeletonFacts } from "../../../components/ui/skeleton.tsx";
import { counted } from "../../../components/ui/time-words.ts";
import { useTRPC } from "../../_trpc/client.tsx";
import { live } from "../_frame/live.ts";
import { useColumns } from "../_list/use-columns.ts";
import { OwnServiceLink, useNoOwnService } from "../_rights/own-service.tsx";
import { SecretTools } from "./secret-tools.tsx";
import { useSecretFilters } from "./use-secret-filters.ts";

/** Every secret that the reader may know of: searched by any part of its name, filtered in the address. */
export function SecretsPage() {
  const trpc = useTRPC();
  const { filters, sort } = useSecretFilters();
  const columns = useColumns("secrets");
  const noService = useNoOwnService();
  const list = useInfiniteQuery({
    ...trpc.secrets.list.infiniteQueryOptions(
      { ...filters, sort },
      { getNextPageParam: (page) => page.next, placeholderData: keepPreviousData },
    ),
    ...live,
  });
  const facets = useQuery(
    trpc.secrets.facets.queryOptions(filters, { placeholderData: keepPreviousData }),
  );
  return (
    <ListPage
      title="Secrets"
      about={
        facets.data === undefined
          ? "Their names and metadata; values never come to a browser."
          : `${counted(facets.data.total, "secret")}, by name and metadata; values never come to a browser.`
      }
      acts={
        <Reasons of={[noService]}>
          <FixLink facets={facets.data} />
          <OwnServiceLink href={paths.newSecret()}>Register a secret</OwnServiceLink>
          <OwnServiceLink kind="primary" href={paths.newRequest()}>
            Ask to use
          </OwnServiceLink>
        </Reasons>
      }
      what="secrets"
      of={list}
      tools={<SecretTools facets={facets.data} columns={columns} />}
      loading={
        <TableSkeleton
          label="Reading the secrets"
          columns={SECRET_COLUMNS}
          hidden={columns.hidden}
        />
      }
      forbidden="Secrets are seen by those who own or administer a service, by security admins and by auditors."
      empty={<NoSecrets isFiltered={Object.values(filters).some((it) => it !== undefined)} />}
      inspect={(id, closeHref) => <OpenSecret secret={id} closeHref={closeHref} />}
      pageOf={paths.secret}
    >
      {(rows, { open, hrefOf }) => (
        <SecretsTable
          rows={rows}
          open={open}
          hidden={columns.hidden}
          href={(row) => hrefOf(row.secret)}
        />
      )}
    </ListPage>
  );
}

function FixLink({ facets }: { facets: SecretFacets | undefined }) {
  const count = countOf(facets?.state, "incomplete") ?? 0;
  if (count === 0) return null;
  return <ButtonLink href={paths.fixMetadata()}>Fix {count} incomplete</ButtonLink>;
}

function OpenSecret({ secret, closeHref }: { secret: string; closeHref: string }) {
  const trpc = useTRPC();
  const detail = useQuery(trpc.secrets.detail.queryOptions({ secret }));
  return (
    <Inspector
      label={detail.data?.row.name ?? "Secret"}
      closeHref={closeHref}
      fullHref={paths.secret(secret)}
    >
      <Answer of={detail} loading={<SkeletonFacts label="Reading the secret" />}>
        {(of) => <SecretSummary of={of} />}
      </Answer>
    </Inspector>
  );
}

function NoSecrets({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <Empty title="No secret fits" act={<ButtonLink href={paths.secrets()}>Show all</ButtonLink>}>
      Nothing has this name and these marks. Part of a name is enough; slashes need not be typed.
    </Empty>
  ) : (
    <Empty
      title="No secret yet"
      act={<OwnServiceLink href={paths.newSecret()}>Register a secret</OwnServiceLink>}
    >
      A service admin registers the first, here or with <code>secrets register</code> on the command
      line. Its metadata then stands here; its value never does.
    </Empty>
  );
}
