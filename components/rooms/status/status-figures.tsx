import { Fact, Facts } from "../../ui/facts.tsx";
import { Moment } from "../../ui/moment.tsx";
import { counted, durationInWords } from "../../ui/time-words.ts";
import type { Status } from "../views.ts";

const MILLISECONDS = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

/** What the key service counts of itself at this moment. */
export function StatusFigures({ of }: { of: NonNullable<Status["figures"]> }) {
  const { cosigned, lastCheck, gateways } = of;
  return (
    <Facts className="border-y border-line">
      <Fact term="Runs since">
        <Moment at={of.startedAt} as="exact" />
      </Fact>
      <Fact term="A signature takes">
        {of.hsmLatencyMs === null ? "none was given" : `${MILLISECONDS.format(of.hsmLatencyMs)} ms`}
      </Fact>
      <Fact term="Waits for the disk">{counted(of.queued, "entry", "entries")}</Fact>
      <Fact term="Pen">taken {counted(of.fence, "time")}</Fact>
      <Fact term="Witnesses">
        {counted(of.witnessesAsked, "witness", "witnesses")} asked, {of.quorum} must cosign
        <span className="block text-quiet">
          {cosigned === null
            ? "none has cosigned since the start"
            : `cosigned ${counted(cosigned.size, "entry", "entries")}, ${ago(cosigned.ageSeconds)}`}
        </span>
      </Fact>
      <Fact term="Compared">
        {lastCheck === null ? (
          "not yet"
        ) : (
          <>
            {counted(lastCheck.rowsCompared, "row")}, {lastCheck.found} differed,{" "}
            <Moment at={lastCheck.at} />
          </>
        )}
      </Fact>
      <Fact term="Gateways">{gateways === null ? "none served" : `${gateways} connected`}</Fact>
    </Facts>
  );
}

function ago(seconds: number): string {
  return seconds < 60
    ? `${counted(Math.floor(seconds), "second")} ago`
    : `${durationInWords(Math.floor(seconds))} ago`;
}
