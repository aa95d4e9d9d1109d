import { afterEach, describe, expect, it } from "vitest";
import { ServedIed } from "../../firmware-sim/iec61850/fleet/served-ied.ts";
import { buildModel } from "../../firmware-sim/iec61850/model/build.ts";
import { bayIcd } from "../../firmware-sim/iec61850/models/bay.ts";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { dial } from "../../adapters/io/node/dial.ts";
import { iec61850Fault } from "../../adapters/iec61850/codes.ts";
import { ied, plan, TestRegistry, testSeams } from "../../adapters/iec61850/pair.testing.ts";
import { readScl } from "../../adapters/iec61850/scl/read.ts";
import { IedSession } from "../../adapters/iec61850/session.ts";
import { iec61850Settings } from "../../adapters/iec61850/settings.ts";
import type { BackoffSettings } from "../../adapters/kit/backoff.ts";
import { utf8 } from "../../adapters/kit/bytes.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import { later } from "../../adapters/kit/time.ts";
import { type Command, decodeCommand } from "../model/command.ts";
import type { MessageDraft } from "../model/draft.ts";
import type { DutyPorts } from "./duty.ts";
import { Iec61850Duty } from "./iec61850-duty.ts";
import { iec61850Verifier } from "./iec61850-verifier.ts";

const timers = new NodeTimers();
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function command(uid: string, action: string, rest: object): Command {
  const facts = { uid, device: "ied_1", action, deadline: "2099-01-01T00:00:00Z", issuedBy: "test", ...rest };
  return decodeCommand(facts);
}

const BREAKER = { scheme: "iec61850", value: "BAY1CTRL/CSWI1.Pos" } as const;

class Bench {
  readonly drafts: MessageDraft[] = [];
  readonly registry: TestRegistry;
  readonly transports: Transport[] = [];
  readonly lost: string[] = [];
  readonly refusals: string[] = [];
  readonly failed: string[] = [];
  backoff: BackoffSettings = { firstMs: 10, maxMs: 50, factor: 2, jitter: 0 };
  permitted = true;
  duty: Iec61850Duty;
  readonly #served: ServedIed;
  readonly #device = ied({ reports: [plan("BAY1LD0/LLN0.brcbPositions")] });

  constructor() {
    this.registry = new TestRegistry([this.#device]);
    this.#served = new ServedIed({
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
    this.duty = this.make();
  }

  async start(): Promise<this> {
    await this.#served.start();
    closing.push(() => this.#served.stop());
    await this.duty.start();
    closing.push(() => this.duty.end());
    return this;
  }

  /** Before a device has said where it is. */
  unregistered = 0;
  readonly notes: string[] = [];

  make(): Iec61850Duty {
    const seams = testSeams(this.registry, () => timers.wall());
    return new Iec61850Duty({
      ports: this.#ports(),
      random: new SeededRandom(2),
      backoff: this.backoff,
      patienceMs: 3_000,
      makeSession: () => new IedSession(iec61850Settings({}), this.#device, seams, "standing"),
      connect: async () => {
        this.unregistered -= 1;
        if (this.unregistered >= 0)
          throw iec61850Fault("iec61850.device.unregistered", "nobody knows where it is", { retry: "backoff" });
        const transport = await dial({ host: "127.0.0.1", port: this.#served.port, timeoutMs: 2_000 });
        this.transports.push(transport);
        return transport;
      },
    });
  }

  #ports(): DutyPorts {
    return {
      group: "main",
      reign: { group: "main", holder: "a", epoch: 1, mayAct: () => true } as DutyPorts["reign"],
      timers,
      devices: ["ied_1"],
      commands: { isKnown: () => Promise.resolve(false), submit: () => Promise.reject(new Error("no queue here")) },
      southbound: {
        store: async (device, drafts, memory) => {
          this.drafts.push(...drafts);
          if (memory !== undefined) this.registry.memories.set(device, memory);
        },
        heard: () => {},
        refused: (_device, _peer, fault) => this.refusals.push(`${fault.code} ${fault.message}`),
        permit: () => this.permitted,
      },
      failed: (device) => this.failed.push(device),
      lost: (device) => this.lost.push(device),
      note: (level, text) => void (level === "info" && this.notes.push(text)),
      broke: (fault) => {
        throw fault;
      },
    };
  }

  run(one: Command) {
    const carried = this.duty.carry(one, async () => {});
    if (carried === undefined) throw new Error("not carried");
    return carried;
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = later(timers.now(), 10_000);
  while (!holds()) {
    if (timers.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise<void>((resolve) => timers.at(later(timers.now(), 5), resolve));
  }
}

const positions = (drafts: readonly MessageDraft[]): unknown[] =>
  drafts
    .flatMap((one) => ("points" in one.data ? (one.data.points ?? []) : []))
    .filter((one) => one.ref.value.includes("XCBR1.Pos"))
    .map((one) => one.value);

describe("a standing association", () => {
  it("brings reports and carries commands side by side", async () => {
    const bench = await new Bench().start();
    const [opened, read] = await Promise.all([
      bench.run(command("c1", "operate", { target: BREAKER, value: false })),
      bench.run(command("c2", "device.identify", {})),
    ]);
    expect(opened).toMatchObject({ end: "succeeded", result: { end: "terminated" } });
    expect(read.end).toBe("succeeded");
    await until("the report of the breaker", () => positions(bench.drafts).includes("off"));
    expect(bench.transports.length).toBe(1);
  });

  it("is opened again when it breaks, and goes on from the last report", async () => {
    const bench = await new Bench().start();
    await bench.run(command("c1", "operate", { target: BREAKER, value: false }));
    await until("the first report", () => positions(bench.drafts).includes("off"));
    const before = bench.drafts.length;
    bench.transports[0]?.destroy();
    await until("it was missed", () => bench.lost.length === 1);
    await bench.run(command("c2", "operate", { target: BREAKER, value: true }));
    await until("the next report", () => positions(bench.drafts.slice(before)).includes("on"));
    expect(bench.transports.length).toBe(2);
    const ids = bench.drafts.map((one) => one.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("is opened as soon as a device has said where it is, and until then it is said once that nobody knows", async () => {
    const bench = new Bench();
    bench.unregistered = 5;
    bench.backoff = { firstMs: 10, maxMs: 60_000, factor: 1_000, jitter: 0 };
    bench.duty = bench.make();
    await bench.start();
    expect(await bench.run(command("c1", "device.identify", {}))).toMatchObject({ end: "succeeded" });
    expect(bench.failed.length).toBe(5);
    expect(bench.notes.filter((text) => text.includes("unregistered")).length).toBe(1);
  });

  it("writes nothing for a reign that is over", async () => {
    const bench = await new Bench().start();
    await bench.run(command("c1", "device.identify", {}));
    bench.permitted = false;
    const end = await bench.run(command("c2", "operate", { target: BREAKER, value: false }));
    expect(["unsent", "unanswered"]).toContain(end.end);
  });

  it("is released when the reign is drained", async () => {
    const bench = await new Bench().start();
    await bench.run(command("c1", "device.identify", {}));
    await bench.duty.drain(2_000);
    const end = await bench.run(command("c2", "device.identify", {}));
    expect(end).toMatchObject({ end: "unsent" });
  });

  it("reads back what a control has done", async () => {
    const bench = await new Bench().start();
    const verifier = iec61850Verifier({ read: (one) => bench.run(one), wall: () => timers.wall() });
    const opening = command("c1", "operate", { target: BREAKER, value: false });
    expect(verifier.verifiable(opening)).toBe(true);
    const record = { sentAt: timers.wall() } as unknown as Parameters<typeof verifier.verify>[1];
    const signal = new AbortController().signal;
    expect((await verifier.verify({ ...opening, uid: "v1" }, record, signal)).found).toBe("not-done");
    await bench.run(opening);
    await until("it is open", () => positions(bench.drafts).includes("off"));
    expect((await verifier.verify({ ...opening, uid: "v2" }, record, signal)).found).toBe("done");
    expect(verifier.verifiable(command("c3", "file.write", {}))).toBe(false);
  });
});
