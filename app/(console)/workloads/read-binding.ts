/** How long a binding may be made for; the key service refuses more than 90 days. */
export const BINDING_DAYS = [1, 7, 30, 90] as const;
const DAY_MS = 86_400_000;

export type BindingDraft = {
  readonly name: string;
  readonly workload: string;
  readonly proof: "end-to-end" | "gateway-vouched";
  /** UTC to the second. */
  readonly expiresAt: string;
};
export type BindingProblems = { readonly [K in "name" | "workload"]?: string };
export type ReadBinding =
  | { readonly ok: true; readonly binding: BindingDraft }
  | { readonly ok: false; readonly problems: BindingProblems };

/** SPIFFE-ID section 2, as the protocol's schema has it, which pages do not load; the key service judges again. */
const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/[a-zA-Z0-9._-]+)+$/;

/** What the form says, or what is wrong with it, by field. `nowMs`: the reader's clock, UTC milliseconds. */
export function readBinding(form: FormData, secret: string | null, nowMs: number): ReadBinding {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const workload = text("workload");
  const days = BINDING_DAYS.find((it) => String(it) === text("days")) ?? 30;
  const problems: BindingProblems = {
    ...(secret === null ? { name: "Choose the secret that it may fetch." } : {}),
    ...(SPIFFE_ID.test(workload) && workload.length <= 512
      ? {}
      : { workload: "Write its SPIFFE ID, such as spiffe://acme.example/prod/payments/api." }),
  };
  if (secret === null || Object.keys(problems).length > 0) return { ok: false, problems };
  return {
    ok: true,
    binding: {
      name: secret,
      workload,
      proof: text("proof") === "gateway-vouched" ? "gateway-vouched" : "end-to-end",
      expiresAt: `${new Date(nowMs + days * DAY_MS).toISOString().slice(0, 19)}Z`,
    },
  };
}
