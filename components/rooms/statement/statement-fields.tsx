"use client";
import type { RenderedField } from "@countersign/protocol/rendering-shape";
import { EyeOff } from "lucide-react";
import { cx } from "../../ui/class-names.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Fact, Facts } from "../../ui/facts.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Name, Prose } from "../../ui/name.tsx";

const ID_OR_DIGEST = /^(?:[a-z]-[0-9a-z]{26}|[A-Za-z0-9_-]{22,})$/;
const isId = (it: RenderedField) => it.face === "mono" && ID_OR_DIGEST.test(it.value);

/** Every field is shown; ids and digests, which nobody reads aloud, stand small below the others. */
export function StatementFields({
  fields,
  className,
}: {
  fields: readonly RenderedField[];
  className?: string;
}) {
  const ids = fields.filter(isId);
  return (
    <div className={className}>
      <Facts className="border-y border-line">
        {fields
          .filter((it) => !isId(it))
          .map((field, at) => (
            // Labels may come twice: a request of two secrets has two names.
            // biome-ignore lint/suspicious/noArrayIndexKey: the fields of a statement never move
            <Fact key={at} term={field.label}>
              <FieldValue field={field} />
            </Fact>
          ))}
      </Facts>
      {ids.length > 0 && (
        <dl className="grid gap-x-6 gap-y-2 pt-3 text-xs sm:grid-cols-2">
          {ids.map((field, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the fields of a statement never move
            <div key={at} className="min-w-0">
              <dt className="text-quiet">{field.label}</dt>
              <dd>
                <Name>{field.value}</Name>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

function FieldValue({ field: { value, face, label } }: { field: RenderedField }) {
  switch (face) {
    case "text":
      return (
        <span className="whitespace-pre-line">
          <Prose>{value}</Prose>
        </span>
      );
    case "mono":
      return (
        <span className="flex items-start gap-1">
          <Name className="py-px">{value}</Name>
          <CopyButton text={value} what={label.toLowerCase()} />
        </span>
      );
    case "time":
      return <Moment at={value} as="exact" />;
    case "unopened":
      return (
        <span className={cx("flex flex-col items-start gap-0.5")}>
          <span className="inline-flex items-center gap-1.5 font-medium text-amber">
            <EyeOff aria-hidden="true" className="size-3.5" />
            not opened
          </span>
          <Name>{value}</Name>
        </span>
      );
  }
}
