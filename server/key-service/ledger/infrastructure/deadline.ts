/** Something outside did not answer in time. Whether it did what it was asked is unknown. */
export class DeadlineExceeded extends Error {
  override readonly name = "DeadlineExceeded";
}

/**
 * `work`, or `DeadlineExceeded` after `deadlineMs`. The work itself goes on: who calls this must make
 * sure that a late success can do no harm.
 */
export async function withDeadline<T>(
  work: Promise<T>,
  deadlineMs: number,
  what: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DeadlineExceeded(`${what} did not finish within ${deadlineMs} ms`)),
      deadlineMs,
    );
  });
  // Whoever loses the race must not become an unhandled rejection.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
