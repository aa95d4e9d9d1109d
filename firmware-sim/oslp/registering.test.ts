import { describe, expect, it } from "vitest";
import type { OslpMessage } from "../../adapters/oslp/message.ts";
import { Status } from "../../proto/oslp/gen/types.ts";
import { CONFIRM_TRIES } from "./device.ts";
import { Bench } from "./device.testing.ts";
import { stampAt } from "./device-clock.ts";

describe("a device whose confirmation nobody answers", () => {
  it("registers anew after some tries, instead of confirming for ever what the platform has forgotten", () => {
    const bench = new Bench([]);
    const registers = (message: OslpMessage): OslpMessage | undefined => {
      if (message.member !== "registerDeviceRequest") return undefined;
      const { randomDevice } = message.body;
      const body = { status: Status.OK, currentTime: stampAt(bench.wall()), randomDevice, randomPlatform: 1 };
      return { member: "registerDeviceResponse", body };
    };
    bench.converse(registers);
    const asked: string[] = [];
    for (let i = 0; i < CONFIRM_TRIES; i++) {
      bench.converse((message) => {
        asked.push(message.member);
        return undefined;
      });
    }
    expect(new Set(asked)).toEqual(new Set(["confirmRegisterDeviceRequest"]));
    expect(bench.device.state.registration).toBe("unregistered");
    expect(bench.register().device.state.registration).toBe("registered");
  });
});
