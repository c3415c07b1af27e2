"use client";
import { Button } from "../../../components/ui/button.tsx";
import { Kbd } from "../../../components/ui/kbd.tsx";

const MOST = 50;

/** Several chosen: one touch at the desk signs all, where each is shown again. */
export function ChosenBar({
  count,
  isBusy,
  onApprove,
  onClear,
}: {
  count: number;
  isBusy: boolean;
  onApprove: () => void;
  onClear: () => void;
}) {
  const refusal =
    count > MOST
      ? `One touch signs ${MOST} at most. Take ${count - MOST} away.`
      : isBusy
        ? "It is being drawn up."
        : null;
  return (
    <div className="sticky bottom-0 z-10 flex flex-wrap items-center gap-3 border-t-2 border-ink bg-paper px-2 py-3">
      <Button kind="primary" disabledReason={refusal} onClick={onApprove}>
        Approve {count} at the desk <Kbd>a</Kbd>
      </Button>
      <Button kind="quiet" onClick={onClear}>
        Choose none
      </Button>
      <p className="text-sm text-quiet">The desk shows each of them again before you sign.</p>
    </div>
  );
}
