import { type Agent, LeaseWorld } from "./lease-world.testing.ts";
import type { RuleId } from "./rules.ts";
import type { LeaseSettings } from "./settings.ts";
import type { LeaseOutcome, LeaseRequest, LeaseStep, PeerWord, StoreRequest } from "./words.ts";

/** One block of a scenario file: a command, and what it printed. */
interface Block {
  /** Comments and blank lines before the command. */
  readonly lead: readonly string[];
  readonly command: string;
  readonly expected: string;
}

/**
 * A scenario file: comments begin with `#`; a command stands on a line of its own, followed by `----`, what it printed,
 * and a blank line.
 */
export function parseScenario(text: string): Block[] {
  const blocks: Block[] = [];
  let lead: string[] = [];
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (line === "" || line.startsWith("#")) {
      lead.push(line);
      continue;
    }
    const printed: string[] = [];
    if (lines[i + 1] === "----") {
      for (i += 2; i < lines.length && lines[i] !== ""; i++) printed.push(lines[i] ?? "");
    }
    blocks.push({ lead, command: line, expected: printed.join("\n") });
    lead = [""];
  }
  return blocks;
}

/** Performs the commands; the text it returns is the file as it should be. */
export function playScenario(text: string): { readonly text: string; readonly rules: ReadonlySet<RuleId> } {
  const rules = new Set<RuleId>();
  const player = new Player(rules);
  const out: string[] = [];
  for (const { lead, command } of parseScenario(text)) {
    const printed = player.perform(command);
    out.push(...lead, command, "----", printed === "" ? "ok" : printed);
  }
  return { text: `${out.join("\n")}\n`, rules };
}

/** Rules that make a standby wait; shown when it begins to. */
const FORBIDDING: readonly RuleId[] = ["peer-veto", "promise-keep", "pause", "rest", "successor", "newborn"];

class Player {
  readonly #rules: Set<RuleId>;
  #world: LeaseWorld | undefined;
  #lines: string[] = [];
  #counted = new Map<string, number>();
  readonly #waiting = new Map<string, string>();

  constructor(rules: Set<RuleId>) {
    this.#rules = rules;
  }

  perform(command: string): string {
    this.#lines = [];
    const [verb = "", ...args] = command.split(/\s+/);
    if (verb === "agents") this.#make(args);
    else this.#act(verb, args, command);
    return this.#lines.join("\n");
  }

  #make(args: readonly string[]): void {
    const names = args.filter((arg) => !arg.includes("="));
    const settings: Record<string, unknown> = {};
    for (const arg of args.filter((one) => one.includes("="))) {
      const [key = "", value = ""] = arg.split("=");
      if (key === "failback") {
        const [preferred = "", afterMs = "0"] = value.split(",");
        settings["failback"] = { preferred, afterMs: Number(afterMs) };
      } else settings[key] = value === "false" ? false : Number(value);
    }
    const world = new LeaseWorld(names, settings as Partial<LeaseSettings>);
    world.observer = (agent, step) => this.#print(agent, step);
    this.#world = world;
  }

  #act(verb: string, args: readonly string[], command: string): void {
    const world = this.#world;
    if (world === undefined) throw new Error("a scenario begins with its agents");
    const [one = "", two = "", three = ""] = args;
    const both = (act: (a: string, b: string) => void): void => act(one, two);
    switch (verb) {
      case "run":
        world.run(Number(one));
        return;
      case "start":
        for (const name of args) world.start(name);
        return;
      case "kill":
        world.kill(one);
        return;
      case "freeze":
        world.freeze(one);
        return;
      case "thaw":
        world.thaw(one);
        return;
      case "link":
        both((a, b) => world.openLink(a, b));
        return;
      case "cut":
        both((a, b) => {
          world.cut(a, b);
          if (three !== "one-way") world.cut(b, a);
        });
        return;
      case "mend":
        both((a, b) => world.mend(a, b));
        return;
      case "reset":
        // `refused`: new connections too, so that each end must take the other for dead.
        both((a, b) => world.resetLink(a, b, three === "refused" ? "died" : "given-up"));
        return;
      case "redis":
        this.#redis(world, one, two, three);
        return;
      case "clock":
        world.agent(one).clock = { rate: Number(two), offset: world.now * (1 - Number(two)) };
        return;
      case "config":
        world.agent(one).configHash = two;
        return;
      case "disk":
        world.agent(one).disk = Number(two);
        return;
      case "drain":
        world.agent(one).drainsInMs = two === "never" ? undefined : Number(two);
        return;
      case "ask":
        world.request(one, two === "handover" ? { kind: two, to: three } : ({ kind: two } as LeaseRequest));
        return;
      case "show":
        this.#show(world);
        return;
      default:
        throw new Error(`no such command: ${command}`);
    }
  }

  #redis(world: LeaseWorld, what: string, arg: string, value: string): void {
    if (what === "down" || what === "up") world.redis.up = what === "up";
    else if (what === "forgets") world.forget(arg === "all" ? "all" : "lease");
    else if (what === "clock") world.redisClock(Number(arg));
    else if (what === "reach") world.agent(arg).redis.reach = value === "silent" || value === "refused" ? value : "ok";
    else if (what === "delay") world.agent(arg).redis.delayMs = Number(value);
    else if (what === "repeats") world.agent(arg).redis.repeat = true;
    else throw new Error(`redis cannot ${what}`);
  }

  #show(world: LeaseWorld): void {
    for (const agent of world.agents.values()) {
      const { machine } = agent;
      if (machine === undefined) {
        this.#lines.push(`${agent.name} dead`);
        continue;
      }
      const s = machine.snapshot(world.clockOf(agent));
      const peers = Object.entries(s.peers).map(([name, peer]) => ` ${name}:${peer.contact}`);
      const flags = [
        s.mayAct ? "acts" : "",
        s.livingOnPromise ? "on-promise" : "",
        s.promisedUntil === undefined ? "" : "promised",
      ];
      const more = [s.paused ? "paused" : "", s.blocked === undefined ? "" : "blocked", s.heldDown ? "held-down" : ""];
      const said = [...flags, ...more].filter((flag) => flag !== "").join(" ");
      this.#lines.push(
        `${agent.name} ${s.role} epoch=${s.epoch} highest=${s.highestEpoch} ${s.health}${peers.join("")} ${said}`.trimEnd(),
      );
    }
    const { lease } = world.record;
    this.#lines.push(`redis ${lease?.token ?? "no lease"} epoch=${world.record.epoch}`);
    const counts = ["acquire", "renew", "release", "observe"].map((kind) => {
      const all = world.counts.get(kind) ?? 0;
      const since = all - (this.#counted.get(kind) ?? 0);
      this.#counted.set(kind, all);
      return `${kind}=${since}`;
    });
    this.#lines.push(`asked since: ${counts.join(" ")}`);
  }

  #print(agent: Agent, step: LeaseStep): void {
    const world = this.#world;
    for (const rule of step.because) this.#rules.add(rule);
    const told = [
      ...step.outcomes.map(outcomeText),
      ...step.attempts.map(({ request }) => requestText(request)).filter((text) => text !== undefined),
      ...step.say.map(({ to, word }) => `says to ${to}: ${wordText(word)}`),
    ];
    const waits = step.because.filter((rule) => FORBIDDING.includes(rule)).join(", ");
    if (told.length === 0 && waits !== "" && this.#waiting.get(agent.name) !== waits) told.push("waits");
    this.#waiting.set(agent.name, waits === "" && told.length === 0 ? (this.#waiting.get(agent.name) ?? "") : waits);
    if (told.length === 0) return;
    const because = step.because.length === 0 ? "" : `   [${step.because.join(", ")}]`;
    for (const [i, line] of told.entries()) {
      this.#lines.push(
        `${String(Math.round(world?.now ?? 0)).padStart(6)} ${agent.name} ${line}${i === 0 ? because : ""}`,
      );
    }
  }
}

function outcomeText(outcome: LeaseOutcome): string {
  const { kind, ...facts } = outcome;
  const named = Object.entries(facts).map(
    ([key, value]) => `${key}=${typeof value === "number" ? Math.round(value) : value}`,
  );
  return `${kind.toUpperCase()} ${named.join(" ")}`.trimEnd();
}

/** Renewals and looks are only counted. */
function requestText(request: StoreRequest): string | undefined {
  if (request.kind === "acquire") {
    const old = request.allowedOld === undefined ? "" : ` replacing ${request.allowedOld}`;
    return `acquires for ${request.reason} above ${request.epochFloor}${old}`;
  }
  if (request.kind === "release") return `releases ${request.epoch} for ${request.successor ?? "anybody"}`;
  return undefined;
}

function wordText(word: PeerWord): string {
  const { kind, ...facts } = word;
  return [kind, ...Object.entries(facts).map(([key, value]) => `${key}=${value}`)].join(" ");
}
