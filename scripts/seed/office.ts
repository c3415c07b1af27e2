import type { ActOf } from "@countersign/protocol/acts";
import type { Digest, RequestId, SecretId } from "@countersign/protocol/ids";
import { toInstant } from "@countersign/protocol/instants";
import type { SecretName, SpiffeId } from "@countersign/protocol/names";
import { secretName, spiffeId } from "@countersign/protocol/names";
import type { ProposalView } from "@countersign/protocol/views";
import type { Calendar } from "./calendar.ts";
import type { Colleague, Workplace } from "./colleague.ts";
import type { Subject } from "./colleagues.ts";
import { Laptop } from "./laptop.ts";

/** How long others have to decide at most; the key service's own figure is what counts. */
const DECISION_SECONDS = 72 * 3600;
const DAY_MS = 86_400_000;

export type Asked = {
  readonly proposal: Digest;
  readonly request: RequestId;
  readonly secrets: readonly SecretId[];
  readonly by: Subject;
};

/** Everybody with their keys, and the deeds that the history is made of. */
export class Office {
  readonly calendar: Calendar;
  readonly #at: Workplace;
  readonly #people: ReadonlyMap<Subject, Colleague>;
  readonly #laptops = new Map<Subject, Laptop>();

  constructor(at: Workplace, calendar: Calendar, people: ReadonlyMap<Subject, Colleague>) {
    this.#at = at;
    this.calendar = calendar;
    this.#people = people;
  }

  as(subject: Subject): Colleague {
    const found = this.#people.get(subject);
    if (found === undefined) throw new Error(`${subject} is not in the office`);
    return found;
  }

  async laptopOf(subject: Subject): Promise<Laptop> {
    const known = this.#laptops.get(subject);
    if (known !== undefined) return known;
    const colleague = this.as(subject);
    const laptop = await Laptop.enrol(colleague, colleague.facts.laptop);
    this.#laptops.set(subject, laptop);
    return laptop;
  }

  /** The next time it is asked for, another machine is enrolled. */
  forgetLaptop(subject: Subject): void {
    this.#laptops.delete(subject);
  }

  /** What became of a proposal, as its maker sees it. */
  async stands(proposal: Digest, by: Subject): Promise<ProposalView["status"]> {
    return (await this.#show(by, proposal)).status;
  }

  /** Nobody has decided yet. */
  async ask(
    by: Subject,
    of: Pick<ActOf<"request">, "justification" | "ticket"> & {
      readonly secrets: readonly string[];
      readonly hours?: number;
      readonly uses?: number;
    },
  ): Promise<Asked> {
    const { device } = await this.laptopOf(by);
    const { justification, ticket, secrets, hours = 1, uses = 1 } = of;
    const proposal = await this.as(by).signOne({
      act: "request",
      secrets: secrets.map((it) => secretName.parse(it)),
      justification,
      ticket,
      notBefore: null,
      durationSeconds: hours * 3600,
      maxUses: uses,
      device,
    });
    this.calendar.endsIn(Math.min(DECISION_SECONDS, hours * 3600));
    const { request, grant } = await this.#show(by, proposal);
    if (request === null) throw new Error("a request has a number");
    return { proposal, request, by, secrets: grant?.uses.map((it) => it.secret) ?? [] };
  }

  /** Each of these people approves, in this order. */
  async approve(asked: Pick<Asked, "proposal">, ...people: readonly Subject[]): Promise<void> {
    for (const each of people)
      await this.as(each).signOne({ act: "approve", proposal: asked.proposal, reason: null });
  }

  /** Takes the uses from the first on of a request that was approved. */
  async open({ by, proposal }: Asked, uses = 1): Promise<void> {
    const { request, grant } = await this.#show(by, proposal);
    if (request === null || grant === null) throw new Error("nothing was granted to open");
    const laptop = await this.laptopOf(by);
    for (const { secret } of grant.uses)
      for (let use = 1; use <= uses; use++) await laptop.open(request, secret, use);
  }

  /** As `ask`; then these people approve, one after another. */
  async askAndApprove(
    by: Subject,
    of: Parameters<Office["ask"]>[1],
    ...people: readonly Subject[]
  ): Promise<Asked> {
    const asked = await this.ask(by, of);
    for (const each of people) {
      await this.calendar.later(17);
      await this.approve(asked, each);
    }
    return asked;
  }

  async deny(asked: Asked, by: Subject, reason: string): Promise<void> {
    await this.as(by).signOne({ act: "deny", proposal: asked.proposal, reason });
  }

  async withdraw(asked: Asked, reason: string): Promise<void> {
    await this.as(asked.by).signOne({ act: "withdraw", proposal: asked.proposal, reason });
  }

  /** A new value for each, in one touch. */
  async rotate(by: Subject, ...names: readonly string[]): Promise<void> {
    const value = { source: "generated", length: null } as const;
    await this.as(by).sign(
      ...names.map((name) => ({ act: "put-value", name: secretName.parse(name), value }) as const),
    );
  }

  /** @returns the proposal, which takes effect at once where nobody else must agree */
  async bind(
    by: Subject,
    of: { readonly name: string; readonly workload: string; readonly days: number },
  ): Promise<Digest> {
    const name: SecretName = secretName.parse(of.name);
    const workload: SpiffeId = spiffeId.parse(`spiffe://countersign.localhost/${of.workload}`);
    const expiresAt = toInstant(this.#at.now() + of.days * DAY_MS);
    this.calendar.endsIn(of.days * 86_400);
    const binding = { workload, proof: "gateway-vouched", expiresAt } as const;
    return this.as(by).signOne({ act: "bind-workload", name, binding });
  }

  async #show(by: Subject, proposal: Digest): Promise<ProposalView> {
    const { facts, person } = this.as(by);
    const input = { tenant: facts.tenant, person, proposal };
    const answer = await this.#at.console.call("/console/v1/proposals/read", input);
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value.view;
  }
}
