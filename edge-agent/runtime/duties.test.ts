import { describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { decodeCommand } from "../model/command.ts";
import type { CommitEntry } from "../model/commit.ts";
import { DeviceBook, type KnownDevice } from "./device-book.ts";
import type { Duty, DutyPorts } from "./duty.ts";
import { GroupWork } from "./group-work.ts";
import type { ProtocolService } from "./protocol-service.ts";
import type { Storekeeper } from "./storekeeper.ts";

const command = decodeCommand({
  uid: "c-1",
  device: "d",
  action: "read",
  deadline: "2100-01-01T00:00:00Z",
  issuedBy: "test",
});

class Keeping implements Storekeeper {
  readonly entries: CommitEntry[] = [];
  begin(): void {}
  settle(): Promise<void> {
    return Promise.resolve();
  }
  end(): void {}
  store(entry: CommitEntry): Promise<void> {
    this.entries.push(entry);
    return Promise.resolve();
  }
}

/** A duty that carries what it is told to carry. */
class Standing implements Duty {
  begun = 0;
  ended = 0;
  drained: number | undefined;
  readonly ports: DutyPorts;
  constructor(ports: DutyPorts) {
    this.ports = ports;
  }
  start(): Promise<void> {
    this.begun += 1;
    return Promise.resolve();
  }
  async carry(asked: typeof command, begin: () => Promise<void>): Promise<CommandConclusion> {
    await begin();
    return { uid: asked.uid, end: "succeeded", fault: undefined, result: { by: "duty" } };
  }
  drain(forMs: number): Promise<void> {
    this.drained = forMs;
    return Promise.resolve();
  }
  end(): void {
    this.ended += 1;
  }
}

function play(begin?: (ports: DutyPorts) => Duty | undefined) {
  const host = new SimHost({ clock: new SimClock(), name: "a" });
  const store = new Keeping();
  const broken: string[] = [];
  let active = true;
  const unused = (): never => {
    throw new Error("not in this test");
  };
  const service: ProtocolService = {
    protocol: "iec61850",
    book: new DeviceBook<KnownDevice>([{ uid: "d", protocolId: "d", group: "g" }], []),
    listeners: [],
    expectEveryMs: () => undefined,
    accept: unused,
    dial: unused,
    connect: unused,
    describe: unused,
    ...(begin === undefined ? {} : { begin }),
  };
  const work = new GroupWork({
    reign: { group: "g", holder: "a", epoch: 7, mayAct: () => active },
    gateway: "/t/gw",
    storekeeper: store,
    services: [service],
    serviceOf: (device) => (device === "d" ? service : undefined),
    devices: ["d", "of-another-protocol"],
    timers: host.timers,
    refused: () => {},
    stored: () => {},
    note: () => {},
    broke: (protocol, fault) => broken.push(`${protocol} ${fault.code}`),
  });
  const states = (): string[] =>
    store.entries
      .flatMap((entry) => entry.messages)
      .filter((one) => one.type === "busbar.state.v1")
      .map((one) => `${one.data.state} ${one.data.reason}`);
  return {
    work,
    store,
    broken,
    states,
    lose: () => {
      active = false;
    },
  };
}

/** A duty and what was made of it. */
function standing() {
  const made: Standing[] = [];
  const world = play((ports) => {
    const one = new Standing(ports);
    made.push(one);
    return one;
  });
  return { ...world, made };
}

describe("the duties of a reign", () => {
  it("begin with it, know their devices, and end with it", async () => {
    const { work, made } = standing();
    await work.duties.start();
    expect(made.map((one) => [one.begun, one.ports.group, one.ports.devices])).toEqual([[1, "g", ["d"]]]);
    await work.duties.drain(500);
    work.end();
    expect([made[0]?.drained, made[0]?.ended]).toEqual([500, 1]);
    expect(made[0]?.ports.southbound.permit()).toBe(false);
    await expect(made[0]?.ports.southbound.store("d", [], undefined)).rejects.toThrow(/over/);
  });

  it("carry commands over what they have open, under the command's own gate", async () => {
    const { work, made } = standing();
    await work.duties.start();
    let begun = 0;
    const conclusion = await work.execute(command, () => {
      begun += 1;
      return Promise.resolve();
    });
    expect([conclusion.end, conclusion.result, begun, made.length]).toEqual(["succeeded", { by: "duty" }, 1, 1]);
    const refusal = new EdgeError({ code: "queue.fenced", blame: "us", retry: "never", message: "not ours" });
    await expect(work.execute(command, () => Promise.reject(refusal))).rejects.toBe(refusal);
  });

  it("say at once that a standing connection is gone, and that the device is back", async () => {
    const { work, made, states } = standing();
    await work.duties.start();
    const ports = made[0]?.ports;
    ports?.southbound.heard("d");
    ports?.lost("d", "transport.reset");
    ports?.southbound.heard("d");
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    expect(states().at(-1)).toBe("online data received");
  });

  it("begin anew when their adapter broke, and only then", async () => {
    const { work, made } = standing();
    await work.duties.open("iec61850");
    expect(made).toHaveLength(0);
    await work.duties.start();
    await work.duties.open("iec61850");
    expect(made).toHaveLength(1);
    work.duties.close("iec61850");
    await work.duties.open("iec61850");
    expect(made.map((one) => [one.begun, one.ended])).toEqual([
      [1, 1],
      [1, 0],
    ]);
    work.end();
    await work.duties.open("iec61850");
    expect(made).toHaveLength(2);
  });

  it("that throw are their adapter's failure and nobody else's", async () => {
    const world = play(() => {
      throw new Error("no");
    });
    await world.work.duties.start();
    expect(world.broken).toEqual(["iec61850 command.failed"]);
    world.work.end();
  });
});
