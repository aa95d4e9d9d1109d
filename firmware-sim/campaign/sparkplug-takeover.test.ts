import { afterEach, describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { TopicTemplate } from "../../adapters/mqtt/topic-template.ts";
import { findMosquitto, PrivateMosquitto } from "../../adapters/mqtt/wire/private-mosquitto.ts";
import { type Consumer, consume } from "../../core-client/consume.ts";
import type { Message } from "../../edge-agent/model/message.ts";
import { until } from "../bed/until.ts";
import { readIngredient } from "../mqtt/behaviour-mix.ts";
import { ANONYMOUS } from "../mqtt/broker-address.ts";
import { COMMAND_TOPIC, REPLY_TOPIC } from "../mqtt/command.ts";
import { Fleet } from "../mqtt/fleet.ts";
import { planFleet } from "../mqtt/fleet-plan.ts";
import type { LogFact } from "../mqtt/log.ts";
import { MqttPair } from "./mqtt-pair.ts";

const PATIENCE_MS = 60_000;
const GROUP = "Plant";

interface Scene {
  readonly pair: MqttPair;
  readonly broker: PrivateMosquitto;
  readonly fleet: Fleet;
  readonly consumer: Consumer;
}

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.fleet.stop();
  await scene?.consumer.close();
  await scene?.pair.stop();
  await scene?.broker.stop();
  scene = undefined;
});

/** What the nodes know of themselves, and what a core was handed. */
class Books {
  readonly facts = new Map<string, LogFact[]>();
  readonly messages: Message[] = [];

  rebirths(node: string): number {
    return this.#of(node).filter((fact) => fact.kind === "executed" && fact.action === "Node Control/Rebirth").length;
  }

  /** The energy of a node's meter as the core has it, in the order it came, with the reign that stored it. */
  energies(node: string): readonly { readonly value: bigint; readonly epoch: string; readonly cause: string }[] {
    return this.messages.flatMap((message) => {
      if (message.type !== "busbar.reading.v1" || message.subject !== `${node}-meter`) return [];
      const { points, cause } = message.data;
      const energy = points.find(({ name }) => name === "Energy/Total");
      return energy === undefined ? [] : [{ value: BigInt(String(energy.value)), epoch: message.epoch, cause }];
    });
  }

  get deadLetters(): readonly (string | undefined)[] {
    return this.messages.flatMap((message) =>
      message.type === "busbar.event.v1" && message.data.code === "mqtt.dead-letter" ? [message.data.nativeCode] : [],
    );
  }

  #of(node: string): LogFact[] {
    return this.facts.get(node) ?? [];
  }
}

/** @param direct the nodes connect to the agents, and there is no broker */
async function start(
  books: Books,
  behaviours: string,
  direct: boolean = false,
): Promise<{ scene: Scene; nodes: readonly string[] }> {
  const ingredients = behaviours.split(",").flatMap((text) => readIngredient(text) ?? []);
  const members = planFleet({ name: "node", count: 6, everyMs: 100, qos: 1, sparkplug: GROUP, ingredients });
  const broker = await PrivateMosquitto.start();
  const behind = direct ? {} : { broker: "plant" };
  const pair = await MqttPair.start({
    mqtt: {
      sparkplug: { host: "busbar", reorderTimeout: "500ms", rebirthEvery: "10min" },
      ...(direct
        ? {}
        : {
            brokers: {
              plant: { addresses: [`127.0.0.1:${broker.port}`], reconnect: { min: "50ms", max: "500ms" } },
            },
          }),
    },
    devices: members.flatMap(({ clientId }) => [
      { uid: clientId, ...behind, sparkplug: `${GROUP}/${clientId}` },
      { uid: `${clientId}-meter`, ...behind, sparkplug: `${GROUP}/${clientId}/meter` },
    ]),
  });
  const consumer = consume({
    redis: pair.redis.url,
    groups: ["main"],
    handler: async (message) => void books.messages.push(message),
  });
  const fleet = new Fleet({
    ...{ members, seed: "s", startsPerSecond: 1_000, timers: new NodeTimers(), protocolVersion: 4 },
    brokers: (direct ? pair.agents.map(({ port }) => port) : [broker.port]).map((port) => ({
      protocol: "mqtt" as const,
      host: "127.0.0.1",
      port,
    })),
    credentials: ANONYMOUS,
    settings: {
      topics: { command: new TopicTemplate(COMMAND_TOPIC), reply: new TopicTemplate(REPLY_TOPIC) },
      ...{ stormEveryMs: 10_000, floodMessages: 50 },
    },
    logOf: ({ clientId }) => {
      const facts: LogFact[] = [];
      books.facts.set(clientId, facts);
      return (fact) => facts.push(fact);
    },
  });
  scene = { pair, broker, fleet, consumer };
  fleet.start();
  return { scene, nodes: members.map(({ clientId }) => clientId) };
}

/** The agent that wrote the newest message. */
function activeOf({ agents }: MqttPair, books: Books): MqttPair["agents"][number] {
  const active = agents.find(({ name }) => name === books.messages.at(-1)?.agent);
  if (active === undefined) throw new Error("nobody has written anything");
  return active;
}

function births(books: Books, node: string): number {
  return books.energies(node).filter(({ cause }) => cause === "integrity").length;
}

describe.skipIf(findMosquitto() === undefined)("simulated edge nodes behind a mosquitto, and a pair", () => {
  it("are born again for the next agent when the active is killed, and go on where they are", {
    timeout: 180_000,
  }, async () => {
    const books = new Books();
    const { scene: of, nodes } = await start(books, "");
    for (const agent of of.pair.agents) await of.pair.untilReady(agent);
    await until("all nodes are readings", () => nodes.every((node) => books.energies(node).length > 3), PATIENCE_MS);
    const first = activeOf(of.pair, books);
    const before = new Map(nodes.map((node) => [node, books.rebirths(node)]));
    const epochs = new Set(books.messages.map(({ epoch }) => epoch));
    await first.program.kill();
    const next = (node: string) => books.energies(node).filter(({ epoch }) => !epochs.has(epoch));
    await until(
      "all nodes are readings of the next reign",
      () => nodes.every((node) => next(node).length > 3),
      PATIENCE_MS,
    );
    for (const node of nodes) {
      // Asked, once, and born whole for it: what QoS 0 lost meanwhile is in the birth.
      expect(books.rebirths(node), node).toBe((before.get(node) ?? 0) + 1);
      expect(
        next(node).some(({ cause }) => cause === "integrity"),
        node,
      ).toBe(true);
      const values = books.energies(node).map(({ value }) => value);
      expect(values, node).toEqual([...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
      const deaths = books.messages.filter(
        (message) =>
          message.type === "busbar.state.v1" && message.subject === node && message.data.reason === "sparkplug.death",
      );
      expect(deaths, node).toEqual([]);
    }
    // What came before the birth the next agent asked for has a reason of its own, and nothing else is a dead letter.
    expect(new Set(books.deadLetters.filter((code) => code !== "mqtt.sparkplug.not-born"))).toEqual(new Set());
  });

  it("that lose messages are asked for a rebirth after the reorder time, however lately they were born", {
    timeout: 120_000,
  }, async () => {
    const books = new Books();
    const { scene: of, nodes } = await start(books, "skips-seq");
    for (const agent of of.pair.agents) await of.pair.untilReady(agent);
    // Once because the connection is new, once because of the gap: `rebirthEvery` is far from over.
    await until("all were asked twice", () => nodes.every((node) => books.rebirths(node) >= 2), PATIENCE_MS);
    await until("they were born for it", () => nodes.every((node) => births(books, node) >= 2), PATIENCE_MS);
  });

  it("that connect to the agents themselves go to the other one, and are born again there", {
    timeout: 120_000,
  }, async () => {
    const books = new Books();
    const { scene: of, nodes } = await start(books, "", true);
    for (const agent of of.pair.agents) await of.pair.untilReady(agent);
    await until("all nodes are readings", () => nodes.every((node) => books.energies(node).length > 3), PATIENCE_MS);
    const epochs = new Set(books.messages.map(({ epoch }) => epoch));
    await activeOf(of.pair, books).program.kill();
    const next = (node: string) => books.energies(node).filter(({ epoch }) => !epochs.has(epoch));
    await until(
      "all nodes are readings of the next reign",
      () => nodes.every((node) => next(node).length > 3),
      PATIENCE_MS,
    );
    for (const node of nodes) {
      // A new connection is a new birth: nobody has to ask for it.
      expect(books.rebirths(node), node).toBe(0);
      expect(next(node)[0]?.cause, node).toBe("integrity");
      const values = books.energies(node).map(({ value }) => value);
      expect(values, node).toEqual([...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
    }
    expect(books.deadLetters).toEqual([]);
  });
});
