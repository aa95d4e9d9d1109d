import { describe, expect, it } from "vitest";
import type { Message } from "../../edge-agent/model/message.ts";
import { brokenPromises, MqttAccount } from "./mqtt-account.ts";

function reading(subject: string, value: number | string, id: string, name = "n"): Message {
  return { type: "busbar.reading.v1", subject, id, data: { points: [{ name, value }] } } as unknown as Message;
}

let jobs = 0;
function nextJob(): string {
  jobs += 1;
  return `job ${jobs}`;
}

function account(): MqttAccount {
  const one = new MqttAccount();
  for (const [number, qos] of [
    [1, 1],
    [2, 2],
    [3, 1],
  ] as const)
    one.published("dev-0", number, qos);
  return one;
}

describe("the account of MQTT devices", () => {
  it("finds nothing wrong where everything came once, or again under its id", () => {
    const one = account();
    for (const number of [1, 2, 3]) one.thanked("dev-0", number);
    for (const [n, id] of [
      [1, "a"],
      [1, "a"],
      [2, "b"],
      [3, "c"],
    ] as const)
      one.delivered(reading("dev-0", n, id), nextJob());
    expect(one.isSettled).toBe(true);
    expect(one.verdict()).toMatchObject({ published: 3, acknowledged: 3, delivered: 3, recognised: 1 });
    expect(brokenPromises(one.verdict())).toEqual([]);
  });

  it("does not ask for what no device was thanked for", () => {
    const one = account();
    one.thanked("dev-0", 2);
    one.delivered(reading("dev-0", "2", "b"), nextJob());
    expect(one.isSettled).toBe(true);
    expect(brokenPromises(one.verdict())).toEqual([]);
  });

  it("knows a job that came again from a message that was committed again", () => {
    const one = account();
    for (let time = 0; time < 2; time++) one.delivered(reading("dev-0", 2, "b"), "job");
    expect(one.verdict()).toMatchObject({ redelivered: 1, repeatedExactlyOnce: [] });
    expect(brokenPromises(one.verdict())).toEqual([]);
  });

  it("takes what says that it is late for what it is, and counts it", () => {
    const one = account();
    one.delivered(reading("dev-0", 3, "c"), nextJob());
    one.delivered({ ...reading("dev-0", 1, "a"), late: true }, "job");
    expect(one.verdict()).toMatchObject({ late: 1, disordered: [] });
    expect(brokenPromises(one.verdict())).toEqual([]);
  });

  it.each<[string, (one: MqttAccount) => void, RegExp]>([
    ["what is lost", (one) => one.thanked("dev-0", 3), /acknowledged and lost, such as dev-0 3 \(QoS 1\)/],
    [
      "an effect twice",
      (one) => {
        one.delivered(reading("dev-0", 1, "a"), nextJob());
        one.delivered(reading("dev-0", 1, "A"), nextJob());
      },
      /under two ids/,
    ],
    [
      "QoS 2 committed twice under its id",
      (one) => {
        one.delivered(reading("dev-0", 2, "b"), nextJob());
        one.delivered(reading("dev-0", 2, "b"), nextJob());
      },
      /of QoS 2 committed twice/,
    ],
    [
      "another order",
      (one) => {
        one.delivered(reading("dev-0", 3, "c"), nextJob());
        one.delivered(reading("dev-0", 1, "a"), nextJob());
      },
      /out of order, such as dev-0 1 after 3/,
    ],
    ["what nobody said", (one) => one.delivered(reading("dev-0", 9, "x"), nextJob()), /nobody published/],
    ["a will", (one) => one.delivered(reading("dev-0", "will", "w", "dead"), nextJob()), /1 wills/],
  ])("finds %s", (_what, happens, told) => {
    const one = account();
    happens(one);
    expect(brokenPromises(one.verdict()).join("; ")).toMatch(told);
  });
});
