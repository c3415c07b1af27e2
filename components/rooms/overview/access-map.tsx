"use client";
import { Bot, User } from "lucide-react";
import { Section } from "../../patterns/page-header.tsx";
import { Name } from "../../ui/name.tsx";
import type { Overview } from "../views.ts";
import { WhoName } from "../who.tsx";

/**
 * Who and what reads which service, as a table in which a look is enough: the more often, the larger the square.
 * Somebody in a column of their own, or a workload in two, is worth a question.
 */
export function AccessMap({ of }: { of: NonNullable<Overview["access"]> }) {
  const most = Math.max(1, ...of.readers.flatMap((it) => it.counts));
  return (
    <Section title="Who reads what, the last 30 days">
      {of.readers.length === 0 ? (
        <p className="text-sm text-quiet">Nothing was opened in these days.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, so the keyboard must reach it
        <section className="relative overflow-x-auto" tabIndex={0} aria-label="Readers and places">
          <table className="text-left text-sm">
            <thead>
              <tr>
                <th scope="col" className="py-1 pr-4 font-medium text-quiet">
                  Reader
                </th>
                {of.places.map((place) => (
                  <th key={place} scope="col" className="px-2 py-1 font-medium text-quiet">
                    <Name className="text-xs">{place}</Name>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {of.readers.map(({ reader, name, isPerson, counts }) => (
                <tr key={reader} className="border-t border-line">
                  <th scope="row" className="py-1 pr-4 font-normal">
                    <span className="flex items-start gap-1.5">
                      {isPerson ? (
                        <User aria-label="person" className="mt-0.5 size-4 flex-none text-quiet" />
                      ) : (
                        <Bot aria-label="workload" className="mt-0.5 size-4 flex-none text-quiet" />
                      )}
                      {isPerson ? (
                        <WhoName who={{ person: reader, name }} link />
                      ) : (
                        <Name className="text-xs">{name}</Name>
                      )}
                    </span>
                  </th>
                  {of.places.map((place, at) => (
                    <td key={place} className="px-2 py-1">
                      <Cell count={counts[at] ?? 0} most={most} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {of.isCut && (
        <p className="mt-2 text-sm text-quiet">Those with most openings. The audit has all.</p>
      )}
    </Section>
  );
}

function Cell({ count, most }: { count: number; most: number }) {
  if (count === 0) return <span className="sr-only">0</span>;
  // By area: twice as often is twice as much ink.
  const side = 3 + 9 * Math.sqrt(count / most);
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg viewBox="0 0 12 12" className="size-3.5 flex-none" aria-hidden="true">
        <rect
          x={(12 - side) / 2}
          y={(12 - side) / 2}
          width={side}
          height={side}
          rx="1"
          className="fill-blue"
        />
      </svg>
      {count}
    </span>
  );
}
