"use client";
import { useId } from "react";
import { Link } from "../../patterns/link.tsx";
import { Section } from "../../patterns/page-header.tsx";
import { paths } from "../../patterns/paths.ts";
import { SECRET_LOOKS } from "../secrets/secret-words.ts";
import type { Overview } from "../views.ts";
import { Hatch, type Ink, Legend, Piece } from "./chart-ink.tsx";
import { ChartTable } from "./chart-table.tsx";

type Service = NonNullable<Overview["health"]>["services"][number];
type State = keyof Service["counts"];

const INKS = {
  healthy: "well",
  due: "soon",
  expired: "late",
  incomplete: "lacking",
  "no-value": "bare",
} as const satisfies Record<State, Ink>;
const STATES = Object.keys(INKS) as State[]; // keys of a literal object
const SERIES = STATES.map((state) => ({ word: SECRET_LOOKS[state].word, ink: INKS[state] }));

const WIDTH = 200;
const HEIGHT = 14;

const sum = ({ counts }: Service) => STATES.reduce((total, state) => total + counts[state], 0);

/** How the secrets of each service stand: what would stop a deployment tonight is seen before it does. */
export function ServiceHealth({ of }: { of: NonNullable<Overview["health"]> }) {
  const id = useId();
  const scale = WIDTH / Math.max(1, ...of.services.map(sum));
  return (
    <Section title="Health of each service" aside={<Link href={paths.secrets()}>Secrets</Link>}>
      {of.services.length === 0 ? (
        <p className="text-sm text-quiet">No service has a secret yet.</p>
      ) : (
        <figure>
          <Legend series={SERIES} />
          <table
            aria-label="Services and how many of their secrets can be handed out"
            className="mt-2 w-full text-sm"
          >
            <tbody>
              {of.services.map((service) => (
                <tr key={service.service}>
                  <th
                    scope="row"
                    className="w-0 py-0.5 pr-3 text-left font-normal whitespace-nowrap"
                  >
                    <Link href={paths.secrets({ service: service.service })}>
                      {service.service}
                    </Link>
                  </th>
                  <td className="py-0.5">
                    <svg
                      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
                      preserveAspectRatio="none"
                      className="block h-3.5 w-full"
                      aria-hidden="true"
                    >
                      <Hatch id={`${id}-${service.service}`} />
                      <Bar of={service} scale={scale} hatch={`${id}-${service.service}`} />
                    </svg>
                  </td>
                  <td className="w-0 py-0.5 pl-3 text-right whitespace-nowrap text-quiet">
                    {service.counts.healthy + service.counts.due} of {sum(service)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <ChartTable
            label="Secrets of each service, by state"
            heads={["Service", ...SERIES.map((it) => it.word)]}
            rows={of.services.map((service) => ({
              name: service.service,
              cells: STATES.map((state) => service.counts[state]),
            }))}
          />
        </figure>
      )}
      {of.isCut && (
        <p className="mt-2 text-sm text-quiet">
          Those that need most. The list of secrets has all.
        </p>
      )}
    </Section>
  );
}

function Bar({ of, scale, hatch }: { of: Service; scale: number; hatch: string }) {
  let x = 0;
  return STATES.map((state) => {
    const from = x;
    const width = of.counts[state] * scale;
    x += width;
    return width === 0 ? null : (
      <Piece
        key={state}
        x={from + 0.5}
        y={1}
        width={Math.max(1, width - 1)}
        height={HEIGHT - 2}
        ink={INKS[state]}
        hatch={hatch}
      />
    );
  });
}
