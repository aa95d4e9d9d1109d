import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../../edge-agent/config/check.ts";
import { printIssues } from "../../edge-agent/config/issue.ts";
import { membersOf } from "../../edge-agent/runtime/placing.ts";
import { judge, type Verdict } from "../bed/accountant.ts";
import { Bed, type BedOptions } from "../bed/bed.ts";
import { readJournal } from "../bed/journal-file.ts";
import { Observer } from "../bed/observer.ts";
import { Program } from "../bed/program.ts";
import { until } from "../bed/until.ts";
import { Warden } from "../bed/warden.ts";

export interface GroupPlan {
  /** Its agents as placement orders them. */
  readonly succession: readonly string[];
  /** Uids of its devices. */
  readonly devices: ReadonlySet<string>;
}

export interface GroupsBedOptions extends Omit<BedOptions, "cores"> {
  /** The group of the device at this place; absent: as the configuration counts them. */
  readonly groupOf?: ((index: number) => string) | undefined;
}

const SETTLE_PATIENCE_MS = 30_000;

/** A bed whose devices are in several groups: each is watched and judged by itself. No process runs at first but Redis. */
export class GroupsBed {
  readonly bed: Bed;
  readonly groups: ReadonlyMap<string, GroupPlan>;
  readonly observers: ReadonlyMap<string, Observer>;
  readonly core: Program;
  readonly #warden: Warden;
  readonly #journalFile: string;

  private constructor(bed: Bed, groups: ReadonlyMap<string, GroupPlan>) {
    this.bed = bed;
    this.groups = groups;
    this.#warden = new Warden(bed.plan.dir);
    this.#journalFile = join(bed.plan.dir, "groups.ndjson");
    this.observers = new Map([...groups.keys()].map((group) => [group, new Observer(bed.redis.client(), group)]));
    this.core = new Program({
      name: "core of all groups",
      args: ["core", "--redis", bed.redis.url, "--out", this.#journalFile, "--group", ...groups.keys()],
      logFile: join(bed.plan.dir, "core.log"),
      warden: this.#warden,
    });
  }

  static async make({ groupOf, ...options }: GroupsBedOptions): Promise<GroupsBed> {
    const bed = await Bed.make({ ...options, cores: 0 });
    if (groupOf !== undefined) for (const place of bed.plan.places) nameGroups(place.configFile, groupOf);
    const { config, issues } = readConfig(bed.plan.places[0]?.configFile ?? "");
    if (config === undefined) {
      await bed.stop();
      throw new Error(printIssues(issues));
    }
    const groups = Object.entries(config.groups).map(([name, group]): [string, GroupPlan] => {
      const devices = config.devices.filter((device) => device.group === name).map((device) => device.uid);
      return [name, { succession: membersOf(config, name, group), devices: new Set(devices) }];
    });
    return new GroupsBed(bed, new Map(groups));
  }

  /** Group → the holder of its lease now. */
  async holders(): Promise<ReadonlyMap<string, string | undefined>> {
    const looks = [...this.observers].map(async ([group, observer]) => {
      const holding = await observer.holding();
      return [group, holding?.holder] as const;
    });
    return new Map(await Promise.all(looks));
  }

  /** Who ought to have each group when these agents live. */
  places(living: readonly string[]): ReadonlyMap<string, string | undefined> {
    return new Map(
      [...this.groups].map(([group, { succession }]) => [group, succession.find((agent) => living.includes(agent))]),
    );
  }

  /** Waits until every group is at its first living agent; says where the others are when that does not come about. */
  async atRest(living: readonly string[], patienceMs: number): Promise<void> {
    const places = this.places(living);
    let holders: ReadonlyMap<string, string | undefined> = new Map();
    const rest = async (): Promise<boolean> => {
      holders = await this.holders();
      return [...places].every(([group, agent]) => holders.get(group) === agent);
    };
    await until(`every group is where it belongs with ${living}`, rest, patienceMs).catch((error: unknown) => {
      const wrong = [...places].filter(([group, agent]) => holders.get(group) !== agent);
      const told = wrong.map(([group, agent]) => `${group} at ${holders.get(group)} instead of ${agent}`);
      throw new Error(`${String(error)}: ${told.join(", ")}\n${this.bed.lastWords(40)}`);
    });
  }

  /** Acquisitions of all groups since the mark: `group`, `holder`, `reason`. */
  async taken(
    since: ReadonlyMap<string, number>,
  ): Promise<readonly { group: string; holder: string; reason: string }[]> {
    await Promise.all([...this.observers.values()].map((observer) => observer.follow()));
    return [...this.observers].flatMap(([group, observer]) =>
      observer.owners
        .slice(since.get(group) ?? 0)
        .filter((entry) => entry.event === "acquired")
        .map(({ holder, reason }) => ({ group, holder, reason })),
    );
  }

  /** A mark for `taken`. */
  async now(): Promise<ReadonlyMap<string, number>> {
    await Promise.all([...this.observers.values()].map((observer) => observer.follow()));
    return new Map([...this.observers].map(([group, observer]) => [group, observer.owners.length]));
  }

  /** No more load; then waits until the devices have told everything and the core has finished everything. */
  async settle(): Promise<void> {
    this.bed.throttle.open = false;
    const settled = async (): Promise<boolean> => {
      if (this.bed.books.waiting > 0) return false;
      const unfinished = await Promise.all([...this.observers.values()].map((observer) => observer.unfinished()));
      return unfinished.every((count) => count === 0);
    };
    // What is missing after that is for the accountant to say.
    await until("everything has settled", settled, SETTLE_PATIENCE_MS).catch(() => undefined);
    await Promise.all([...this.observers.values()].map((observer) => observer.follow()));
  }

  judge(): ReadonlyMap<string, Verdict> {
    const journal = readJournal(this.#journalFile);
    return new Map(
      [...this.groups].map(([group, { devices }]) => {
        const observer = this.observers.get(group);
        const verdict = judge({
          devices: this.bed.books.all.filter((book) => devices.has(book.uid)),
          journal: journal.filter((line) => devices.has(line.subject)),
          batches: observer?.batches ?? [],
          owners: observer?.owners ?? [],
          commands: [],
          ledger: [],
        });
        return [group, verdict];
      }),
    );
  }

  async stop(): Promise<void> {
    for (const observer of this.observers.values()) observer.close();
    await this.core.kill();
    this.#warden.dismiss();
    await this.bed.stop();
  }
}

function nameGroups(configFile: string, groupOf: (index: number) => string): void {
  const config: { readonly devices: readonly object[] } = JSON.parse(readFileSync(configFile, "utf8"));
  const devices = config.devices.map((device, index) => ({ ...device, group: groupOf(index) }));
  writeFileSync(configFile, JSON.stringify({ ...config, devices }));
}
