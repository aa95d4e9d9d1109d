import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Driver } from "../../io/drive.ts";
import { NodeTimers } from "../../io/node/clock.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import type { CommandConclusion, SessionOutcome } from "../../kit/session.ts";
import { later } from "../../kit/time.ts";
import type { EdgeError } from "../../kit/edge-error.ts";
import { command, ied, plan, TestRegistry, testSeams } from "../pair.testing.ts";
import { IedSession } from "../session.ts";
import { iec61850Settings } from "../settings.ts";
import { ServedIed } from "../../../firmware-sim/iec61850/fleet/served-ied.ts";
import { buildModel } from "../../../firmware-sim/iec61850/model/build.ts";
import { bayIcd } from "../../../firmware-sim/iec61850/models/bay.ts";
import { readScl } from "../scl/read.ts";
import { utf8 } from "../../kit/bytes.ts";
import { SeededRandom } from "../../kit/random.ts";
import { checkLibrary, startLibrary } from "./child-process.ts";
import { encodeFrame } from "./frames.ts";
import { NativeAssociation } from "./native-association.ts";

const timers = new NodeTimers();
const hasCompiler = spawnSync("cc", ["--version"]).status === 0;
const installed = await checkLibrary({ library: undefined });
const DEADLINE_MS = 15_000;

/** A session over the library, driven as the agent drives it. */
class Run {
  readonly drafts: MessageDraft[] = [];
  readonly conclusions = new Map<string, CommandConclusion>();
  readonly refusals: string[] = [];
  readonly registry: TestRegistry;
  readonly session: IedSession;
  readonly over: Promise<"done" | EdgeError>;
  readonly #driver: Driver<SessionOutcome<MessageDraft>>;

  constructor(library: string | undefined, target: { host: string; port: number }, reports: readonly string[] = []) {
    const device = ied({
      reports: reports.map((one) => plan(one)),
      originator: { category: 3, identification: "test" },
    });
    this.registry = new TestRegistry([device]);
    const settings = iec61850Settings({});
    const association = new NativeAssociation(() => target, device.association, settings.timeouts);
    const seams = testSeams(this.registry, () => timers.wall());
    const session = new IedSession(settings, device, seams, "standing", association);
    this.session = session;
    this.#driver = new Driver<SessionOutcome<MessageDraft>>({
      machine: session,
      transport: startLibrary({ library }, "ied_1"),
      timers,
      permit: () => true,
      isDuplex: true,
      take: (outcome) => {
        if (outcome.kind === "concluded") this.conclusions.set(outcome.conclusion.uid, outcome.conclusion);
        if (outcome.kind === "refused") this.refusals.push(outcome.fault.code);
        if (outcome.kind !== "store") return;
        this.drafts.push(...outcome.drafts);
        if (outcome.memory !== undefined) this.registry.memories.set("ied_1", outcome.memory);
        this.#driver.input((now) => session.stored(outcome.token, now));
      },
    });
    this.over = this.#driver.run();
  }

  async ask(action: string, rest: Parameters<typeof command>[1] = {}): Promise<CommandConclusion> {
    const asked = command(action, rest);
    this.#driver.input((now) => this.session.submit(asked, now));
    await until(`the end of ${action}`, () => this.conclusions.has(asked.uid));
    const end = this.conclusions.get(asked.uid);
    if (end === undefined) throw new Error(action);
    return end;
  }

  release(): Promise<"done" | EdgeError> {
    this.#driver.input((now) => this.session.release(now));
    return this.over;
  }

  values(of: string): unknown[] {
    return this.drafts
      .flatMap((one) => ("points" in one.data ? (one.data.points ?? []) : []))
      .filter((one) => one.ref.value.includes(of))
      .map((one) => one.value);
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = later(timers.now(), DEADLINE_MS);
  while (!holds()) {
    if (timers.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise<void>((resolve) => timers.at(later(timers.now(), 5), resolve));
  }
}

const target = (value: string) => ({ target: { scheme: "iec61850", value } }) as const;
const SOMEWHERE = { host: "127.0.0.1", port: 102 };

describe("without the library", () => {
  it("says what is missing and what to do, before anything is asked", async () => {
    const place = { library: "/nowhere/libiec61850.so" };
    expect(await checkLibrary(place)).toMatchObject({ usable: false, why: expect.stringContaining("/nowhere") });
    const end = await new Run(place.library, SOMEWHERE).over;
    expect(end).toMatchObject({ code: "iec61850.native.missing", blame: "operator" });
    expect((end as EdgeError).message).toContain("install libiec61850");
  });
});

describe.skipIf(!hasCompiler)("over a stand-in with the library's functions (skipped where there is no cc)", () => {
  let folder = "";
  let library = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "busbar-native-"));
    library = build("stand-in.so");
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function build(name: string, ...options: readonly string[]): string {
    const source = join(import.meta.dirname, "stand-in.testing.c");
    const out = join(folder, name);
    const built = spawnSync("cc", ["-shared", "-fPIC", "-w", ...options, "-o", out, source, "-lpthread"]);
    if (built.status !== 0) throw new Error(built.stderr.toString());
    return out;
  }

  it("is found usable, and an older one is not", async () => {
    expect(await checkLibrary({ library })).toEqual({ usable: true, version: "1.5.99" });
    const old = build("old.so", '-DSTAND_IN_VERSION="1.4.2"');
    expect(await checkLibrary({ library: old })).toMatchObject({
      usable: false,
      why: expect.stringContaining("1.4.2"),
    });
  });

  it("reads, writes, lists and identifies", async () => {
    const run = new Run(library, SOMEWHERE);
    expect((await run.ask("device.identify")).result).toMatchObject({ vendor: "stand-in" });
    const value = target("STANDLD0/GGIO1.AnIn1.mag.f[MX]");
    expect((await run.ask("read", value)).result).toMatchObject({ values: { [value.target.value]: 12.5 } });
    expect(run.values("AnIn1")).toEqual([12.5]);
    const setting = target("STANDLD0/GGIO1.Setting.setVal[SP]");
    expect(await run.ask("write", { ...setting, value: 77 })).toMatchObject({ end: "succeeded" });
    expect((await run.ask("read", setting)).result).toMatchObject({ values: { [setting.target.value]: 77 } });
    expect(await run.ask("read", target("STANDLD0/GGIO1.None.x[ST]"))).toMatchObject({ end: "failed" });
    expect((await run.ask("model.get")).end).toBe("succeeded");
    expect(await run.ask("file.list")).toMatchObject({ end: "failed", fault: { code: "mms.service.unsupported" } });
    expect(await run.release()).toBe("done");
  });

  it("operates to the termination, and says why it was refused", async () => {
    const run = new Run(library, SOMEWHERE);
    const done = await run.ask("operate", { ...target("STANDLD0/GGIO1.SPCSO1"), value: true });
    expect(done).toMatchObject({ end: "succeeded", result: { model: "direct-enhanced", end: "terminated" } });
    const no = await run.ask("operate", { ...target("STANDLD0/GGIO1.SPCSO2"), value: true, uid: "second" });
    expect(no).toMatchObject({ end: "failed", fault: { native: "blocked-by-interlocking" } });
    expect(await run.release()).toBe("done");
  });

  it("brings reports with their EntryID while calls are under way, and resumes from it", async () => {
    const run = new Run(library, SOMEWHERE, ["STANDLD0/LLN0.brcbEvents"]);
    await until("the first report", () => run.values("SPCSO1").length === 1);
    const asked = Array.from({ length: 20 }, (_, n) =>
      run.ask("read", { ...target("STANDLD0/GGIO1.AnIn1.mag.f[MX]"), uid: `read-${n}` }),
    );
    await run.ask("operate", { ...target("STANDLD0/GGIO1.SPCSO1"), value: true });
    await Promise.all(asked);
    await until("the report of it", () => run.values("SPCSO1").includes(true));
    expect(Object.values(run.registry.memories.get("ied_1") ?? {})).toEqual(["0000000000000002"]);
    expect(run.refusals).toEqual([]);
    expect(await run.release()).toBe("done");
  });

  it("ends one association with a named fault where the library crashes, and what was under way is unanswered", async () => {
    const run = new Run(library, SOMEWHERE);
    const other = new Run(library, SOMEWHERE);
    await other.ask("device.identify");
    const end = await run.ask("operate", { ...target("STANDLD0/GGIO1.SPCSO3"), value: true });
    expect(end).toMatchObject({ end: "unanswered" });
    expect(await run.over).toMatchObject({ code: "iec61850.native.crashed", native: "SIGSEGV" });
    expect((await other.ask("device.identify", { uid: "again" })).end).toBe("succeeded");
    expect(await other.release()).toBe("done");
  });

  it("leaves no process behind where the agent is gone, whatever the library waits for", async () => {
    const file = join(import.meta.dirname, "../../../dist/adapters/iec61850/native/child.js");
    const child = spawn(process.execPath, [file, library], { stdio: ["pipe", "ignore", "ignore"] });
    const ended = new Promise((resolve) => child.once("exit", () => resolve("ended")));
    const selectors = { presentation: "00000001", session: "0001", transport: "0001" };
    const asked = { say: "associate", host: "127.0.0.1", port: 2, associateMs: 1, requestMs: 1 };
    child.stdin.write(encodeFrame({ kind: "notice", notice: { ...asked, local: selectors, remote: selectors } }));
    child.stdin.end();
    const patience = new Promise((resolve) => timers.at(later(timers.now(), DEADLINE_MS / 3), () => resolve("left")));
    const how = await Promise.race([ended, patience]);
    child.kill("SIGKILL");
    expect(how).toBe("ended");
  });

  it("says that the IED refused", async () => {
    const end = await new Run(library, { host: "127.0.0.1", port: 1 }).over;
    expect(end).toMatchObject({ code: "iec61850.association.refused", native: 5 });
  });
});

describe.skipIf(!installed.usable)("over the libiec61850 of this machine (skipped where it is not installed)", () => {
  it("reads, operates and reports against the simulated bay", async () => {
    const served = new ServedIed({
      timers,
      host: "127.0.0.1",
      port: 0,
      settings: {
        model: buildModel(readScl(utf8(bayIcd("BAY1")), "bay.icd")),
        behaviours: [],
        random: new SeededRandom(1),
        wall: () => timers.wall(),
        travelMs: 5,
      },
    });
    await served.start();
    try {
      const run = new Run(undefined, { host: "127.0.0.1", port: served.port }, ["BAY1LD0/LLN0.brcbPositions"]);
      expect((await run.ask("read", target("BAY1MEAS/MMXU1.TotW[MX]"))).end).toBe("succeeded");
      expect(await run.ask("operate", { ...target("BAY1CTRL/CSWI1.Pos"), value: false })).toMatchObject({
        end: "succeeded",
      });
      await until("the report of the breaker", () => run.values("XCBR1.Pos").includes("off"));
      expect(await run.release()).toBe("done");
    } finally {
      await served.stop();
    }
  });
});
