import { describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import { SimNetwork } from "../../adapters/io/sim/network.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { ended, idle, StepBuilder } from "../../adapters/kit/step.ts";
import { DeviceBook } from "./device-book.ts";
import { Listeners } from "./listeners.ts";
import type { ProtocolService } from "./protocol-service.ts";
import type { DeviceOutcome, DeviceSession } from "./southbound.ts";

const STRANGER = new EdgeError({
  code: "oslp.device.unknown",
  blame: "operator",
  retry: "never",
  message: "no device is configured as lamp-7",
});

/** Knows nobody: whatever is said is refused. */
function refusing(): DeviceSession {
  const nothing = () => idle();
  return {
    open: nothing,
    wake: nothing,
    submit: nothing,
    stored: nothing,
    close: () => ended("done"),
    receive: () => {
      const step = new StepBuilder<DeviceOutcome>();
      step.outcomes.push({ kind: "refused", device: undefined, fault: STRANGER });
      step.ended = STRANGER;
      return step.build();
    },
  };
}

const impossible = (): never => {
  throw new Error("nobody asks for that here");
};

const service: ProtocolService = {
  protocol: "oslp",
  book: new DeviceBook([], []),
  listeners: [{ host: "us", port: 1, label: "OSLP", maxConnections: 10, tls: undefined }],
  expectEveryMs: impossible,
  accept: refusing,
  dial: impossible,
  connect: impossible,
  describe: impossible,
};

/** A device nobody knows here says something to an agent that serves a group. */
async function refusalWith(parts: {
  readonly unserved: readonly string[];
  readonly carry: (transport: Transport) => boolean;
}): Promise<EdgeError | undefined> {
  const clock = new SimClock();
  const [us, device] = [new SimHost({ clock, name: "us" }), new SimHost({ clock, name: "device" })];
  const sim = new SimNetwork({ clock, random: new SeededRandom(1) });
  const refused: EdgeError[] = [];
  const listeners = new Listeners({
    services: [service],
    timers: us.timers,
    network: { dial: (settings) => sim.dial(us, settings), listen: (settings) => sim.listen(us, settings) },
    workOf: () => undefined,
    refused: (_device, _protocol, _peer, fault) => refused.push(fault),
    note: () => {},
    elsewhere: { isServing: () => true, carry: (_listener, transport) => parts.carry(transport) },
    unserved: () => parts.unserved,
  });
  await listeners.open();
  const near = await clock.runUntilSettled(sim.dial(device, { host: "us", port: 1, timeoutMs: 1_000 }));
  await near.write(new Uint8Array([1]));
  await clock.runFor(100);
  expect(refused.length).toBeLessThanOrEqual(1);
  await listeners.close();
  return refused[0];
}

const NOBODY = (): boolean => false;

describe("a device nobody knows here", () => {
  it("is a stranger where every group is active somewhere", async () => {
    expect(await refusalWith({ unserved: [], carry: NOBODY })).toBe(STRANGER);
  });

  it("is none while a group is active nowhere: it may be of that one", async () => {
    expect(await refusalWith({ unserved: ["north"], carry: NOBODY })).toMatchObject({
      code: "lease.not-active",
      retry: "now",
      message: "no device is configured as lamp-7 in the groups that are active here; north is not",
    });
  });

  it("is not refused at all where another agent takes the connection", async () => {
    const carried: Transport[] = [];
    const carry = (transport: Transport): boolean => carried.push(transport) > 0;
    expect(await refusalWith({ unserved: ["north"], carry })).toBeUndefined();
    expect(carried).toHaveLength(1);
  });
});
