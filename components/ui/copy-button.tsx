"use client";
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./button.tsx";

const SHOWN_MS = 1600;

/** Copies a name, id or digest. Nothing secret ever stands on a page, so nothing secret can be copied. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [state, setState] = useState<"idle" | "copied" | "refused">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const back = setTimeout(() => setState("idle"), SHOWN_MS);
    return () => clearTimeout(back);
  }, [state]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setState("copied"),
      () => setState("refused"),
    );
  return (
    <>
      <IconButton label={`Copy ${what}`} className="size-7 touch:size-11" onClick={copy}>
        {state === "copied" ? (
          <Check aria-hidden="true" className="size-4 text-verdigris" />
        ) : (
          <Copy aria-hidden="true" className="size-4" />
        )}
      </IconButton>
      <span role="status" className="sr-only">
        {state === "copied" && `${what} copied`}
        {state === "refused" && "The browser did not allow copying. Select the text instead."}
      </span>
    </>
  );
}
