import { describe, expect, it } from "vitest";
import { DataType } from "../../../proto/sparkplug/gen/types.ts";
import type { Command } from "../../../edge-agent/model/command.ts";
import { toInstant, toWall } from "../../kit/time.ts";
import { encodeSparkplugCommand } from "./command.ts";
import { EdgeNode } from "./edge-node.ts";
import { hostState } from "./host-state.ts";
import { decodePayload } from "./payload.ts";

const address = { group: "g", node: "n", device: undefined };
const now = toWall(1_763_719_200_000);

function node(): EdgeNode {
  const one = new EdgeNode(address, { reorderMs: 1, rebirthMs: 1 });
  const metrics = [
    { name: "a/b", datatype: DataType.Int64, long_value: 0n },
    { name: "limit", alias: 4n, datatype: DataType.Int8, int_value: 0 },
    { name: "raw", datatype: DataType.Bytes, bytes_value: new Uint8Array() },
  ];
  one.receive({ type: "NBIRTH", ...address }, { seq: 0n, metrics }, toInstant(0));
  return one;
}

const command = (over: Partial<Command>): Command => ({
  uid: "c",
  device: "s1",
  action: "write",
  mode: "direct",
  priority: "normal",
  deadline: "2030-01-01T00:00:00.000Z",
  maxAttempts: 1,
  idempotent: false,
  issuedBy: "core",
  role: "operator",
  ...over,
});
const target = (value: string) => ({ scheme: "mqtt", value }) as const;
const encode = (over: Partial<Command>) => encodeSparkplugCommand(command(over), address, node(), now);

describe("a command to an edge node", () => {
  it("writes a metric with the data type it was born with, 64-bit values exact", () => {
    const { topic, payload } = encode({
      target: { scheme: "mqtt", value: "spBv1.0/g/n", pointer: "/a~1b" },
      value: "-9223372036854775808",
    });
    expect(topic).toBe("spBv1.0/g/NCMD/n");
    expect(decodePayload(payload)).toEqual({
      timestamp: BigInt(now),
      metrics: [{ name: "a/b", timestamp: BigInt(now), datatype: DataType.Int64, long_value: 2n ** 63n }],
    });
    expect(decodePayload(encode({ target: target("limit"), value: -1 }).payload).metrics).toMatchObject([
      { int_value: 0xffff_ffff },
    ]);
    expect(decodePayload(encode({ target: target("raw"), value: "00ff" }).payload).metrics).toMatchObject([
      { bytes_value: new Uint8Array([0, 255]) },
    ]);
  });

  it("asks for a rebirth", () => {
    expect(decodePayload(encode({ action: "rebirth" }).payload).metrics).toMatchObject([
      { name: "Node Control/Rebirth", datatype: DataType.Boolean, boolean_value: true },
    ]);
  });

  it("is not sent to who is not born", () => {
    const unborn = { ...address, device: "d" };
    expect(() => encodeSparkplugCommand(command({ target: target("x"), value: 1 }), unborn, node(), now)).toThrow(
      expect.objectContaining({ code: "mqtt.command.offline" }),
    );
  });

  it("is refused where it cannot be one", () => {
    const refused = (over: Partial<Command>, code: string): void =>
      expect(() => encode(over)).toThrow(expect.objectContaining({ code }));
    refused({ action: "explode" }, "mqtt.command.invalid");
    refused({ value: 1 }, "mqtt.command.invalid");
    refused({ target: target("nothing"), value: 1 }, "mqtt.sparkplug.unknown-metric");
    refused({ target: target("limit"), value: 128 }, "mqtt.point.type");
    refused({ target: target("limit"), value: "1" }, "mqtt.point.type");
    refused({ target: target("limit"), value: null }, "mqtt.command.invalid");
    refused({ target: target("a/b"), value: 1.5 }, "mqtt.command.invalid");
    refused({ target: target("a/b"), value: "9223372036854775808" }, "mqtt.point.type");
    refused({ target: target("raw"), value: "0x" }, "mqtt.command.invalid");
  });
});

it("the host says whether it is there", () => {
  const state = hostState("busbar", true, now);
  expect(state).toMatchObject({ topic: "spBv1.0/STATE/busbar", qos: 1, retain: true });
  expect(new TextDecoder().decode(state.payload)).toBe('{"online":true,"timestamp":1763719200000}');
});
