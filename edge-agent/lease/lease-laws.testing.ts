import type { LeaseWorld } from "./lease-world.testing.ts";

/** What must hold in every history. Attach it before anything happens; `check` looks at the present moment. */
export class LeaseLaws {
  readonly broken: string[] = [];
  readonly #world: LeaseWorld;
  readonly #lastEpoch = new Map<string, number>();
  readonly #tame: boolean;
  #granted = 0;

  /** @param tame stealing is off and Redis keeps what it is told: then two agents never act at once. */
  constructor(world: LeaseWorld, tame: boolean) {
    this.#world = world;
    this.#tame = tame;
    world.observer = (agent, step) => {
      for (const outcome of step.outcomes) if (outcome.kind === "active") this.#became(agent.name, outcome.epoch);
      this.check();
    };
  }

  check(): void {
    this.#checkGrants();
    const acting = [...this.#world.agents.keys()].filter((name) => this.#world.mayAct(name));
    for (const name of acting) this.#checkRight(name);
    const newest = Math.max(0, ...this.#world.grants.map(({ epoch }) => epoch));
    const ofNewest = acting.filter((name) => this.#world.agent(name).machine?.epoch === newest);
    if (ofNewest.length > 1) this.#say(`${ofNewest.join(" and ")} act under the newest epoch ${newest}`);
    if (this.#tame && acting.length > 1) this.#say(`${acting.join(" and ")} act at the same time`);
  }

  /** Epochs grow with every grant and no two holders have the same one. */
  #checkGrants(): void {
    const { grants } = this.#world;
    for (; this.#granted < grants.length; this.#granted++) {
      const grant = grants[this.#granted];
      const before = grants[this.#granted - 1];
      if (grant === undefined || before === undefined) continue;
      if (grant.epoch <= before.epoch)
        this.#say(`${grant.holder}:${grant.epoch} was granted after ${before.holder}:${before.epoch}`);
    }
  }

  #became(name: string, epoch: number): void {
    const world = this.#world;
    if (!world.grants.some((grant) => grant.holder === name && grant.epoch === epoch))
      this.#say(`${name}:${epoch} was never granted`);
    const last = this.#lastEpoch.get(name) ?? 0;
    if (epoch <= last) this.#say(`${name} became active in ${epoch} after ${last}`);
    this.#lastEpoch.set(name, epoch);
    for (const [key, promise] of world.promises) {
      const [from, to = ""] = key.split(">");
      if (from !== name || promise.until <= world.now) continue;
      const other = world.agent(to).machine;
      if (other?.epoch === promise.epoch && world.mayAct(to)) {
        this.#say(`${name} became active although its promise to ${to} holds until ${promise.until}`);
      }
    }
  }

  /** Nobody acts longer than what Redis or the peer granted, counted by somebody who sees all clocks. */
  #checkRight(name: string): void {
    const world = this.#world;
    const epoch = world.agent(name).machine?.epoch ?? 0;
    if (world.now < (world.leaseUntil.get(`${name}:${epoch}`) ?? 0)) return;
    for (const [key, promise] of world.promises) {
      if (key.endsWith(`>${name}`) && promise.epoch === epoch && world.now < promise.until) return;
    }
    this.#say(`${name} acts under ${epoch} although neither lease nor promise allows it`);
  }

  #say(sentence: string): void {
    this.broken.push(`${Math.round(this.#world.now)} ms: ${sentence}`);
  }
}
