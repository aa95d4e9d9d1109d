import { afterEach, describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { TopicTemplate } from "../../adapters/mqtt/topic-template.ts";
import { readIngredient } from "./behaviour-mix.ts";
import { TestBroker, until } from "./broker.testing.ts";
import { ANONYMOUS } from "./broker-address.ts";
import { COMMAND_TOPIC, REPLY_TOPIC } from "./command.ts";
import { Fleet, type FleetParts } from "./fleet.ts";
import { type FleetPlan, passwordOf, planFleet } from "./fleet-plan.ts";
import type { LogFact } from "./log.ts";

type Line = LogFact & { readonly device: string };

const fleets: Fleet[] = [];
const brokers: TestBroker[] = [];

afterEach(async () => {
  await Promise.all(fleets.splice(0).map((fleet) => fleet.stop()));
  await Promise.all(brokers.splice(0).map((broker) => broker.close()));
});

async function open(passwords?: ReadonlyMap<string, string>): Promise<TestBroker> {
  const broker = await TestBroker.open(passwords);
  brokers.push(broker);
  return broker;
}

interface Wanted extends Partial<FleetPlan> {
  readonly behaviours?: string;
}

async function start(plan: Wanted = {}, rest: Partial<FleetParts> = {}, at?: TestBroker) {
  const broker = at ?? (await open());
  const log: Line[] = [];
  const { behaviours, ...facts } = plan;
  const ingredients = (behaviours?.split(",") ?? []).flatMap((text) => readIngredient(text) ?? []);
  const members = planFleet({ name: "d", count: 1, everyMs: 20, qos: 1, ingredients, ...facts });
  const fleet = new Fleet({
    ...{ members, seed: "s", startsPerSecond: 10_000, timers: new NodeTimers(), protocolVersion: 4 },
    brokers: [{ protocol: "mqtt", host: "127.0.0.1", port: broker.port }],
    credentials: ANONYMOUS,
    settings: {
      topics: { command: new TopicTemplate(COMMAND_TOPIC), reply: new TopicTemplate(REPLY_TOPIC) },
      ...{ stormEveryMs: 300, floodMessages: 50 },
    },
    logOf: (member) => (fact) => log.push({ device: member.uid, ...fact }),
    ...rest,
  });
  fleets.push(fleet);
  fleet.start();
  const of = <Kind extends LogFact["kind"]>(kind: Kind) =>
    log.filter((line): line is Extract<LogFact, { kind: Kind }> & { device: string } => line.kind === kind);
  return { fleet, broker, log, of };
}

describe("a fleet at a broker", () => {
  it.each([1, 2] as const)(
    "is told of QoS %s what the broker has, and counts what it has not thanked for",
    async (qos) => {
      const { broker, fleet, of } = await start({ count: 3, qos });
      await until("thanks", () => of("acknowledged").length >= 9);
      broker.thanks = false;
      await until("something is on its way", () => fleet.outstanding >= 3);
      broker.thankAll();
      await fleet.stop();
      expect(fleet.outstanding).toBe(0);
      expect(of("acknowledged")).toHaveLength(of("published").length);
      const told = of("published").map(({ device, payload }) => `${device} ${payload}`);
      expect(broker.published.map(({ by, text }) => `${by} ${text}`).sort()).toEqual(told.sort());
      const numbers = of("published").flatMap((line) => (line.device === "d-00001" ? [line.number] : []));
      expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    },
  );

  it("mixes its QoS, and is thanked for what is not QoS 0", async () => {
    const { fleet, of } = await start({ qos: "mixed" });
    await until("all three", () => new Set(of("published").map(({ qos }) => qos)).size === 3);
    await fleet.stop();
    expect(
      of("acknowledged")
        .map(({ number }) => number)
        .sort(),
    ).toEqual(
      of("published")
        .flatMap(({ qos, number }) => (qos > 0 ? [number] : []))
        .sort(),
    );
  });

  it("does what it is told, each time, and says so with the id of the command", async () => {
    const { broker, of } = await start({ everyMs: 60_000 });
    await until("it listens", () => of("subscribed").length === 1);
    const command = JSON.stringify({ id: "c-1", action: "open", value: { relay: 2 }, replyTo: "d-00001/reply" });
    broker.say("d-00001/command/open", command);
    broker.say("d-00001/command/open", command);
    broker.say("d-00001/command/limit", "250");
    await until("the answers", () => broker.published.filter(({ topic }) => topic === "d-00001/reply").length === 2);
    await until("the third", () => of("executed").length === 3);
    expect(of("executed").map(({ id, action, value }) => [id, action, value])).toEqual([
      ["c-1", "open", { relay: 2 }],
      ["c-1", "open", { relay: 2 }],
      [undefined, "limit", 250],
    ]);
    const reply = broker.published.find(({ topic }) => topic === "d-00001/reply");
    expect(JSON.parse(reply?.text ?? "")).toMatchObject({ id: "c-1", status: "succeeded" });
  });

  it("sends again what it was not thanked for when the connection is lost", async () => {
    const { broker, of } = await start({ everyMs: 100, behaviours: "drops-dead" });
    await until("it dropped dead and came back", () => of("connected").length >= 2);
    await until("thanks again", () => of("acknowledged").length > 12);
    const sent = of("published").map(({ payload }) => payload ?? "");
    for (const { number } of of("acknowledged"))
      expect(broker.published.map(({ text }) => text)).toContain(sent[number - 1]);
  });

  it("logs in with passwords that follow from the seed", async () => {
    const right = new Map([["d-00001", passwordOf("s", "d-00001")]]);
    const credentials = {
      ...ANONYMOUS,
      username: (id: string) => id,
      password: (id: string) => passwordOf("s", id),
    };
    const { of } = await start({ count: 2 }, { credentials }, await open(right));
    await until("one of them is in", () => of("connected").length === 1);
    await until("the other is refused", () => of("refused").length >= 1);
    expect(of("connected")[0]?.device).toBe("d-00001");
    expect(of("refused").every(({ device, code }) => device === "d-00002" && /^[45]$/.test(code))).toBe(true);
  });

  it("comes to the next broker where there is nobody at the first", async () => {
    const broker = await open();
    const nobody = { protocol: "mqtt", host: "127.0.0.1", port: 1 } as const;
    const there = { protocol: "mqtt", host: "127.0.0.1", port: broker.port } as const;
    const { of } = await start({}, { brokers: [nobody, there] }, broker);
    await until("it is connected", () => of("connected").length === 1);
    expect(of("unreachable")[0]?.code).toBe("ECONNREFUSED");
  });
});

describe("odd and faulty devices", () => {
  it("say by their will that they died, and not when they take their leave", async () => {
    const { broker, fleet } = await start({ everyMs: 30, behaviours: "leaves-a-will,drops-dead" });
    const states = () => broker.published.filter(({ topic }) => topic === "d-00001/state").map(({ text }) => text);
    await until("the will", () => states().includes('{"state":"offline"}'));
    await until("it is back", () => states().at(-1) === '{"state":"online"}');
    await fleet.stop();
    expect(states().at(-1)).toBe('{"state":"online"}');
  });

  it("reconnect in storms: all of them in one moment", async () => {
    const { of } = await start({ count: 5, behaviours: "storms" });
    await until("two storms", () => of("misbehaved").length >= 10);
    await until("all are back", () => of("connected").length >= 15);
  });

  it("flood, spoof, command others, listen to all, and steal client ids", async () => {
    const names = "floods,spoofs-topics,commands-others,listens-to-all,steals-client-ids";
    const { broker, of } = await start({ count: 2, everyMs: 50, behaviours: names });
    await until("a flood", () => of("published").filter(({ by }) => by === "floods").length >= 50);
    const foreign = () => broker.published.filter(({ topic, by }) => by !== "" && !topic.startsWith(by));
    await until("a spoofed topic", () => foreign().some(({ topic }) => topic.endsWith("/m")));
    await until("a forged command", () => foreign().some(({ topic }) => topic.endsWith("/command/open")));
    await until("a wildcard", () => of("subscribed").some(({ filter }) => filter === "#"));
    await until("a theft", () => of("misbehaved").some(({ by }) => by === "steals-client-ids"));
    await until("the one it was taken from is back", () => of("disconnected").length >= 1);
  });

  it("write what is no MQTT, and what is no payload", async () => {
    const { broker, of } = await start({
      behaviours: "breaks-packets,garbles-payloads,oversizes-payloads,nests-topics",
    });
    await until("every broken packet", () => new Set(of("misbehaved").map(({ what }) => what)).size === 6);
    await until("the broker noticed", () => broker.errors.length > 0);
    const bys = () => new Set(of("published").map(({ by }) => by));
    await until("the payloads", () =>
      ["garbles-payloads", "oversizes-payloads", "nests-topics"].every((by) => bys().has(by)),
    );
  }, 40_000);

  it("take commands in ways of their own", async () => {
    const said = async (behaviours: string, commands: number, answers: number) => {
      const { broker, of } = await start({ everyMs: 60_000, behaviours });
      await until("it listens", () => of("subscribed").length === 1);
      for (let i = 0; i < commands; i++)
        broker.say("d-00001/command/open", JSON.stringify({ id: `c-${i}`, action: "open", replyTo: "d-00001/reply" }));
      const replies = () => broker.published.filter(({ topic }) => topic === "d-00001/reply");
      await until(behaviours, () => replies().length >= answers);
      return { executed: of("executed").length, replies: replies().map(({ text }) => JSON.parse(text)) };
    };
    expect((await said("answers-twice", 1, 2)).replies.map(({ id }) => id)).toEqual(["c-0", "c-0"]);
    expect((await said("answers-another", 1, 1)).replies).toMatchObject([{ id: "never-given-1" }]);
    const refusing = await said("refuses-commands", 3, 3);
    expect(refusing.replies.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "failed"]);
    expect(refusing.executed).toBe(2);
  });
});
