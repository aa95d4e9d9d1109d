import { expect, it } from "vitest";
import { TopicTemplate } from "../../adapters/mqtt/topic-template.ts";
import { mixFor, readIngredient } from "./behaviour-mix.ts";
import { BEHAVIOURS } from "./behaviours/roster.ts";
import { COMMAND_TOPIC, REPLY_TOPIC } from "./command.ts";
import { planFleet } from "./fleet-plan.ts";

const settings = {
  topics: { command: new TopicTemplate(COMMAND_TOPIC), reply: new TopicTemplate(REPLY_TOPIC) },
  ...{ stormEveryMs: 1_000, floodMessages: 1 },
};

function namesOf(list: string, sparkplug?: string): readonly (readonly string[])[] {
  const ingredients = list.split(",").flatMap((text) => readIngredient(text) ?? []);
  const kind = sparkplug === undefined ? {} : { sparkplug };
  const members = planFleet({ name: "d", count: 10, everyMs: 1_000, qos: 1, ingredients, ...kind });
  return members.map((member) => mixFor(member, settings).map(({ name }) => name));
}

it("puts faults in front of a complete device, for their share of the devices", () => {
  const mixes = namesOf("floods=20%");
  expect(mixes.filter((names) => names[0] === "floods")).toHaveLength(2);
  expect(mixes.every((names) => names.slice(-2).join() === "measures,answers-commands")).toBe(true);
});

it("leaves a device what it is asked to be where good habits are named", () => {
  expect(namesOf("answers-commands,falls-silent")[0]).toEqual(["falls-silent", "answers-commands"]);
});

it("keeps what is for edge nodes from plain devices, and the other way", () => {
  expect(namesOf("skips-seq,floods")[0]).toEqual(["floods", "measures", "answers-commands"]);
  expect(namesOf("skips-seq,floods", "plant")[0]).toEqual(["skips-seq", "edge-node"]);
});

it("makes every behaviour under its own name", () => {
  for (const [name, { make }] of Object.entries(BEHAVIOURS)) expect(make(settings).name).toBe(name);
});

it.each(["nothing", "floods=101%", "floods=", "toString"])("does not know %j", (text) => {
  expect(readIngredient(text)).toBeUndefined();
});
