const DAYS = 7;
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" });

export type CalendarDay = {
  /** `2026-03-01`. */
  readonly day: string;
  /** `14`; with its month where that begins: `1 Mar`. */
  readonly word: string;
  readonly due: number;
};

/**
 * Days in a row as weeks from Monday to Sunday; null where a week has days that were not given. The first day says
 * its month, and so does each first of a month.
 */
export function weeksOf(
  days: readonly { readonly day: string; readonly due: number }[],
): (CalendarDay | null)[][] {
  const [first] = days;
  if (first === undefined) return [];
  // Sunday is 0 there; weeks here begin on Monday.
  const before = (new Date(`${first.day}T00:00:00Z`).getUTCDay() + DAYS - 1) % DAYS;
  const cells: (CalendarDay | null)[] = Array.from({ length: before }, () => null);
  for (const { day, due } of days) {
    const date = Number(day.slice(8));
    const isNamed = date === 1 || day === first.day;
    const word = isNamed ? `${date} ${MONTH.format(new Date(`${day}T00:00:00Z`))}` : String(date);
    cells.push({ day, due, word });
  }
  while (cells.length % DAYS !== 0) cells.push(null);
  return Array.from({ length: cells.length / DAYS }, (_, week) =>
    cells.slice(week * DAYS, (week + 1) * DAYS),
  );
}
