import { describe, expect, it } from "vitest";
import { TableMeter } from "../actions/table-meter.testing.ts";
import { type DlmsData, elementsOf, numberOf, octetsOf } from "../data/data.ts";
import { type ImageTransferPlan, transferImage } from "./image-transfer.ts";

const OBJECT = "18/0.0.44.0.0.255";

/** A meter that keeps blocks, loses some on their first arrival, and takes its time with the rest. */
class ImageMeter extends TableMeter {
  readonly blocks = new Map<number, Uint8Array>();
  readonly loses: Set<number>;
  initiated = 0;

  constructor({ loses = [], busyFor = 0 }: { readonly loses?: readonly number[]; readonly busyFor?: number } = {}) {
    super({
      [`${OBJECT}/2`]: "double-long-unsigned:10",
      [`${OBJECT}/4`]: "double-long-unsigned:0",
      [`${OBJECT}/5`]: "boolean:false",
      [`${OBJECT}/6`]: "enum:0",
    });
    this.loses = new Set(loses);
    this.methods.set(`${OBJECT}/1`, (parameters) => {
      this.initiated += 1;
      this.blocks.clear();
      this.#status(1);
      this.values.set(`${OBJECT}/7`, {
        kind: "array",
        elements: [
          {
            kind: "structure",
            elements: [{ kind: "null-data" }, ...(elementsOf(parameters ?? { kind: "null-data" })?.slice(0, 1) ?? [])],
          },
        ],
      });
      return 0;
    });
    this.methods.set(`${OBJECT}/2`, (parameters) => {
      const [number, octets] = elementsOf(parameters ?? { kind: "null-data" }) ?? [];
      const at = numberOf(number ?? { kind: "null-data" }) ?? -1;
      if (!this.loses.delete(at)) this.blocks.set(at, octetsOf(octets ?? { kind: "null-data" }) ?? new Uint8Array());
      let first = 0;
      while (this.blocks.has(first)) first += 1;
      this.values.set(`${OBJECT}/4`, { kind: "double-long-unsigned", value: first });
      return 0;
    });
    let polls = busyFor;
    this.methods.set(`${OBJECT}/3`, () => {
      if (polls === 0) this.#status(3);
      else this.#status(2);
      return polls === 0 ? 0 : 2;
    });
    this.methods.set(`${OBJECT}/4`, () => {
      this.#status(6);
      return 0;
    });
    this.tick = () => {
      if (polls > 0 && --polls === 0) this.#status(3);
    };
  }

  tick: () => void;

  #status(value: number): void {
    this.values.set(`${OBJECT}/6`, { kind: "enum", value });
  }
}

function planOf(over: Partial<ImageTransferPlan> = {}): ImageTransferPlan {
  const bytes = Uint8Array.from({ length: 95 }, (_, index) => index);
  return {
    image: { identifier: new Uint8Array([1, 2, 3]), bytes },
    resumes: false,
    activate: true,
    patienceMs: 60_000,
    pollEveryMs: 5_000,
    ...over,
  };
}

function run(meter: ImageMeter, plan: ImageTransferPlan) {
  const procedure = transferImage(plan);
  // Time passes for the meter while we wait.
  const watched = (function* (): typeof procedure {
    let step = procedure.next();
    while (step.done !== true) {
      const answer = yield step.value;
      if (answer.kind === "pause") meter.tick();
      step = procedure.next(answer);
    }
    return step.value;
  })();
  return meter.run(watched);
}

describe("image transfer", () => {
  it("enables, initiates, sends every block, verifies, activates", () => {
    const meter = new ImageMeter();
    expect(run(meter, planOf())).toMatchObject({ blocks: 10, resumedAt: 0, activated: true, status: 6 });
    expect(meter.blocks.get(9)).toHaveLength(5);
    expect(meter.values.get(`${OBJECT}/5`)).toEqual({ kind: "boolean", value: true });
  });

  it("sends again what the meter lost", () => {
    const meter = new ImageMeter({ loses: [3, 7] });
    run(meter, planOf());
    expect(meter.blocks.size).toBe(10);
  });

  it("gives up on a meter that keeps nothing", () => {
    const meter = new ImageMeter();
    meter.methods.set(`${OBJECT}/2`, () => 0);
    expect(() => run(meter, planOf())).toThrow(/still misses block 0/);
  });

  it("goes on where it stopped, and only with the same image", () => {
    const meter = new ImageMeter();
    const broken = new Error("the connection broke");
    expect(() =>
      run(
        meter,
        planOf({
          progress: (blocks) => {
            if (blocks === 4) throw broken;
          },
        }),
      ),
    ).toThrow(broken);
    expect(run(meter, planOf({ resumes: true }))).toMatchObject({ resumedAt: 4 });
    expect(meter.initiated).toBe(1);
    run(meter, planOf());
    expect(meter.initiated).toBe(2);
  });

  it("waits for a meter that verifies, so long and no longer", () => {
    const meter = new ImageMeter({ busyFor: 3 });
    expect(run(meter, planOf())).toMatchObject({ status: 6 });
    expect(meter.paused).toBe(15_000);
    expect(() => run(new ImageMeter({ busyFor: 99 }), planOf())).toThrow(/still has status 2/);
  });

  it("believes the meter, not its own diligence: a wrong image, a failed activation", () => {
    const other = new ImageMeter();
    const initiate = other.methods.get(`${OBJECT}/1`);
    other.methods.set(`${OBJECT}/1`, (parameters) => {
      const done = initiate?.(parameters) ?? 0;
      const info: DlmsData = {
        kind: "structure",
        elements: [{ kind: "null-data" }, { kind: "octet-string", octets: new Uint8Array([9]) }],
      };
      other.values.set(`${OBJECT}/7`, { kind: "array", elements: [info] });
      return done;
    });
    expect(() => run(other, planOf())).toThrow(/would activate 09/);
    const failing = new ImageMeter();
    failing.methods.set(`${OBJECT}/4`, () => {
      failing.values.set(`${OBJECT}/6`, { kind: "enum", value: 7 });
      return 0;
    });
    expect(() => run(failing, planOf())).toThrow(/activate ended with status 7/);
  });

  it("can stop before the activation", () => {
    expect(run(new ImageMeter(), planOf({ activate: false }))).toMatchObject({
      verified: true,
      activated: false,
      status: 3,
    });
  });
});
