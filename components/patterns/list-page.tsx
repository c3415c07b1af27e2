"use client";
import { type ReactNode, useEffect, useRef } from "react";
import { Answer } from "./answer.tsx";
import { ListLayout } from "./list-layout.tsx";
import { LoadMore } from "./load-more.tsx";
import { PageHeader } from "./page-header.tsx";
import { useAddress } from "./use-address.ts";
import { type ListDeeds, ROW_LINK, useListKeys } from "./use-list-keys.ts";

/** What a list asked for, page by page: an infinite query has this shape. */
export type Listed<Row> = {
  readonly data: { readonly pages: readonly { readonly rows: readonly Row[] }[] } | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
};

/** Of the row that stands open beside the list, and where each row's link goes. */
export type RowLinks = {
  readonly open: string | null;
  /** Beside the list; of the row that is open there, to its page. */
  readonly hrefOf: (id: string) => string;
};

/**
 * The frame of every page that is a list: title, tools, rows, the end of what was read, and what is open beside
 * it. Which row is open stands in the address under `open`, so that it can be sent to somebody and walked back
 * from. The page brings its question, its words and its rows.
 */
export function ListPage<Row>({
  title,
  about,
  acts,
  tools,
  what,
  of,
  loading,
  forbidden,
  empty,
  children,
  footer,
  inspect,
  pageOf,
  onApprove,
}: {
  title: string;
  /** A line under the title. */
  about?: ReactNode;
  acts?: ReactNode;
  /** Search, filters, and what is done with the whole list. */
  tools?: ReactNode;
  /** Its rows in the plural: `entries`. */
  what: string;
  of: Listed<Row>;
  /** The list's shape, while it is read. */
  loading: ReactNode;
  /** Who could see it, for those who cannot. */
  forbidden: ReactNode;
  /** Instead of no row at all. */
  empty: ReactNode;
  children: (rows: readonly Row[], links: RowLinks) => ReactNode;
  /** Under the rows. */
  footer?: ReactNode;
  /** What stands beside the list for the row of this id; null where that cannot be told. */
  inspect: (id: string, closeHref: string, rows: readonly Row[] | undefined) => ReactNode;
  /** The page of what a row stands for; without one a second enter closes it. */
  pageOf?: (id: string) => string;
  onApprove?: NonNullable<ListDeeds["onApprove"]>;
}) {
  const address = useAddress();
  const open = address.get("open");
  const closeHref = address.href({ open: null });
  const keys = useListKeys({
    onWalk: (id) => open !== null && address.replace({ open: id }),
    onClose: () => open !== null && address.replace({ open: null }),
    onEnd: () => of.hasNextPage && !of.isFetchingNextPage && of.fetchNextPage(),
    ...(onApprove === undefined ? {} : { onApprove }),
  });
  useComeBack(keys, open);
  const rows = of.data?.pages.flatMap((page) => page.rows);
  const hrefOf = (id: string) =>
    open === id ? (pageOf?.(id) ?? closeHref) : address.href({ open: id });
  return (
    <>
      <PageHeader title={title} acts={acts}>
        {about}
      </PageHeader>
      <ListLayout
        keys={keys}
        tools={tools}
        inspector={open === null ? null : inspect(open, closeHref, rows)}
      >
        <Answer
          of={{ data: rows, error: of.error, refetch: of.refetch }}
          loading={loading}
          forbidden={forbidden}
        >
          {(shown) =>
            shown.length === 0 ? (
              empty
            ) : (
              <>
                {children(shown, { open, hrefOf })}
                <LoadMore
                  shown={shown.length}
                  what={what}
                  more={of.hasNextPage}
                  isLoading={of.isFetchingNextPage}
                  onMore={() => void of.fetchNextPage()}
                />
              </>
            )
          }
        </Answer>
        {footer}
      </ListLayout>
    </>
  );
}

/** What was open has been closed from within: the keyboard goes back to its row, not to the page's beginning. */
function useComeBack(list: { readonly current: HTMLElement | null }, open: string | null): void {
  const before = useRef(open);
  useEffect(() => {
    const closed = before.current;
    before.current = open;
    if (open !== null || closed === null || document.activeElement !== document.body) return;
    const row = `[${ROW_LINK}="${CSS.escape(closed)}"]`;
    list.current?.querySelector<HTMLElement>(row)?.focus({ preventScroll: true });
  }, [list, open]);
}
