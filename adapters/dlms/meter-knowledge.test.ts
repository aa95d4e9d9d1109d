import { describe, expect, it } from "vitest";
import { CipherKeys } from "../io/node/cipher-keys.ts";
import { SimCrypto } from "../io/sim/crypto.ts";
import { SeededRandom } from "../kit/random.ts";
import type { DeviceMemory } from "../kit/session.ts";
import { NOW, tableDevice } from "./actions/table-meter.testing.ts";
import type { DlmsDevice } from "./device.ts";
import { writeMemory } from "./memory.ts";
import { MeterKnowledge } from "./meter-knowledge.ts";
import { DLMS_DEFAULTS } from "./settings.ts";

const WARNING = 1_000;

/** What one session after the other knows of a meter; what it says is to be stored is stored. */
class World {
  memory: DeviceMemory | undefined;
  readonly device: DlmsDevice = tableDevice("smr-5.5");

  session(): MeterKnowledge {
    const settings = { ...DLMS_DEFAULTS, ciphers: new CipherKeys(), counterBlock: 200, counterWarning: WARNING };
    return new MeterKnowledge(settings, this.device, {
      random: new SeededRandom(1),
      crypto: new SimCrypto(),
      wall: () => NOW,
      registry: {
        byUid: () => this.device,
        byProtocolId: () => undefined,
        memory: () => this.memory,
        byMemory: () => undefined,
      },
    });
  }

  /** Reserves a block as a session does, and tells the events of it. */
  reserve(knowledge: MeterKnowledge): readonly string[] {
    const drafts = knowledge.reserveMore();
    this.memory = writeMemory(knowledge.memory);
    knowledge.reserved();
    return drafts.map(({ data }) => ("code" in data ? String(data.code) : ""));
  }
}

describe("the invocation counters of a meter", () => {
  it("go on from one session to the next, and the operator is warned once that they come to an end", () => {
    const world = new World();
    const ceilings: (number | undefined)[] = [];
    const warnings: string[] = [];
    for (let sessions = 0; sessions < 4; sessions++) {
      const knowledge = world.session();
      const { counters } = knowledge.forAssociation("current");
      for (let blocks = 0; blocks < 2; blocks++) {
        warnings.push(...world.reserve(knowledge).map((code) => `${code} at ${knowledge.memory.counter}`));
        while (counters.available > 0) counters.take();
      }
      ceilings.push(knowledge.memory.counter);
    }
    expect(ceilings).toEqual([401, 801, 1201, 1601]);
    expect(warnings).toEqual(["security.invocation-counter-high at 1001"]);
  });

  it("are raised by what the public client is told, and never lowered; a meter whose own fell is an alarm", () => {
    const world = new World();
    const first = world.session();
    expect(first.counterTold(500)).toEqual({ drafts: [], wasAhead: false });
    expect(first.memory).toMatchObject({ counter: 501, meterCounter: 500 });
    world.memory = writeMemory(first.memory);
    const second = world.session();
    const { drafts, wasAhead } = second.counterTold(20);
    expect(wasAhead).toBe(true);
    expect(drafts.map(({ data }) => data)).toMatchObject([{ code: "security.invocation-counter-decreased" }]);
    expect(second.memory).toMatchObject({ counter: 501, meterCounter: 20 });
  });
});
