"use client";
import { Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { troubleOf } from "../../../components/patterns/trouble.ts";
import { Button } from "../../../components/ui/button.tsx";
import { counted } from "../../../components/ui/time-words.ts";
import { useToast } from "../../../components/ui/toast.tsx";
import { type Page, readAll } from "./read-all.ts";

const MOST = 5_000;

/**
 * Downloads what the filters leave, not only what is on the screen, as a file that says of itself that it proves
 * nothing. At most 5,000 rows; that it was cut is said.
 */
export function ExportButton<Row>({
  what,
  read,
  write,
}: {
  /** The rows in the plural, and the file's name: `entries`. */
  what: string;
  read: (cursor: string | null) => Promise<Page<Row>>;
  write: (rows: readonly Row[]) => string;
}) {
  const say = useToast();
  const [isReading, setReading] = useState(false);
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  const run = async () => {
    setReading(true);
    try {
      const all = await readAll(read, { most: MOST, isWanted: () => isHere.current });
      if (all === null) return;
      download(write(all.rows), `countersign-${what}-unproven-copy.csv`);
      const title = `${counted(all.rows.length, "row")} copied`;
      say(
        all.isCut
          ? { title, detail: "There are more. Narrow the list, and copy it in parts." }
          : { title },
      );
    } catch (error) {
      say({ tone: "trouble", title: "Nothing was copied", detail: troubleOf(error).message });
    } finally {
      if (isHere.current) setReading(false);
    }
  };
  return (
    <Button
      aria-label={`CSV: download the ${what} that fit, as an unproven copy`}
      aria-busy={isReading}
      onClick={() => !isReading && void run()}
    >
      <Download aria-hidden="true" className="size-4" />
      {isReading ? "Reading…" : "CSV"}
    </Button>
  );
}

function download(csv: string, name: string): void {
  const url = URL.createObjectURL(new Blob([csv], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
