import { gzipSync } from "node:zlib";
import { z } from "zod";
import { nameFlaw } from "../../adapters/mqtt/topic.ts";
import { utf8 } from "../../adapters/kit/bytes.ts";
import { readIngredient } from "./behaviour-mix.ts";
import type { Ingredient } from "../../adapters/kit/mix.ts";
import { type FleetMember, planFleet, type ScriptStep } from "./fleet-plan.ts";
import { mqttSimFault } from "./sim-fault.ts";

/** What a spec file asks for. */
export interface Spec {
  readonly brokers: readonly string[];
  readonly members: readonly FleetMember[];
}

/** What stands for what a file does not say. */
export interface SpecDefaults {
  readonly everyMs: number;
  readonly qos: 0 | 1 | 2 | "mixed";
  readonly ingredients: readonly Ingredient[];
}

export const SPEC_MESSAGES_MAX = 10_000;
export const SPEC_DEVICES_MAX = 100_000;
/** A script whose pauses are all nothing goes round no faster. */
const ROUND_MS_MIN = 10;
const PORT = z.int().min(1).max(65_535);

/** As GXF's simulator reads it, what it does not know left aside as there. */
const gxf = z.object({
  brokerHost: z.string().min(1).default("127.0.0.1"),
  brokerPort: PORT.default(8_883),
  startupPauseMillis: z.number().min(0).default(0),
  keepReplayingMessages: z.boolean().default(true),
  messages: z
    .array(
      z.object({
        topic: z.string().refine((topic) => nameFlaw(topic) === undefined, { error: "a topic name" }),
        payload: z.string().default(""),
        pauseMillis: z.number().min(0).default(0),
        zip: z.boolean().default(false),
      }),
    )
    .min(1)
    .max(SPEC_MESSAGES_MAX),
});

const duration = z.string().regex(/^\d+(ms|s|min|h)$/, { error: "a duration such as 500ms, 1s or 5min" });
const ingredient = z.string().transform((text, context) => {
  const found = readIngredient(text);
  if (found !== undefined) return found;
  context.issues.push({ code: "custom", message: "a behaviour, or behaviour=5%", input: text });
  return z.NEVER;
});

const ours = z.strictObject({
  brokers: z.array(z.string().min(1)).max(8).default([]),
  fleets: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[A-Za-z0-9._-]{1,40}$/, { error: "a name for the devices" }),
        devices: z.int().min(1).max(SPEC_DEVICES_MAX),
        topic: z.string().optional(),
        template: z.string().optional(),
        every: duration.optional(),
        qos: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal("mixed")]).optional(),
        retain: z.boolean().default(false),
        behaviours: z.array(ingredient).optional(),
        sparkplug: z
          .string()
          .regex(/^[^+#/]+$/)
          .optional(),
      }),
    )
    .min(1)
    .max(100),
});

/** Reads a spec file: `fleets` of ours, or the `messages` of GXF's `mqtt_simulator_spec.json`. Throws `config.simulation.spec`. */
export function readSpec(text: string, file: string, defaults: SpecDefaults): Spec {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw mqttSimFault("config.simulation.spec", `${file} is not JSON`, cause);
  }
  const isOurs = typeof value === "object" && value !== null && "fleets" in value;
  const read = isOurs ? ours.safeParse(value) : gxf.safeParse(value);
  if (!read.success) {
    const [first] = read.error.issues;
    const where = first?.path.join(".") ?? "";
    throw mqttSimFault("config.simulation.spec", `${file}: ${where === "" ? "" : `${where}: `}${first?.message}`);
  }
  return "fleets" in read.data ? toFleets(read.data, defaults) : toScript(read.data, defaults);
}

function toFleets({ brokers, fleets }: z.infer<typeof ours>, defaults: SpecDefaults): Spec {
  const names = new Set(fleets.map(({ name }) => name));
  if (names.size !== fleets.length) throw mqttSimFault("config.simulation.spec", "two fleets have one name");
  const members = fleets.flatMap(({ name, devices, topic, template, every, qos, retain, behaviours, sparkplug }) =>
    planFleet({
      ...{ name, count: devices, retain },
      ...{ everyMs: every === undefined ? defaults.everyMs : toMs(every), qos: qos ?? defaults.qos },
      ingredients: behaviours ?? defaults.ingredients,
      ...(topic === undefined ? {} : { topic }),
      ...(template === undefined ? {} : { template }),
      ...(sparkplug === undefined ? {} : { sparkplug }),
    }),
  );
  return { brokers, members };
}

/**
 * GXF's script is one client that publishes for everybody. Here every device is a client of its own, with the identification
 * its topics have before their last level, and all keep the moments of the script.
 */
function toScript(spec: z.infer<typeof gxf>, { qos, ingredients }: SpecDefaults): Spec {
  const steps = new Map<string, ScriptStep[]>();
  let atMs = 0;
  for (const { topic, payload, pauseMillis, zip } of spec.messages) {
    const device = topic.split("/").at(-2) || "mqtt-simulator";
    const bytes = utf8(payload);
    const step = { atMs, topic, payload: zip ? new Uint8Array(gzipSync(bytes)) : bytes };
    steps.set(device, [...(steps.get(device) ?? []), step]);
    atMs += pauseMillis;
  }
  const rounds = { startMs: spec.startupPauseMillis, roundMs: Math.max(ROUND_MS_MIN, atMs) };
  const members = [...steps].map(([clientId, own], index) => ({
    ...{ uid: clientId, clientId, index, qos, retain: false, ingredients },
    speech: { kind: "script" as const, ...rounds, repeats: spec.keepReplayingMessages, steps: own },
  }));
  // Where a broker listens on all addresses its clients find it on loopback.
  const host = spec.brokerHost === "0.0.0.0" ? "127.0.0.1" : spec.brokerHost;
  return { brokers: [`mqtt://${host.includes(":") ? `[${host}]` : host}:${spec.brokerPort}`], members };
}

function toMs(text: string): number {
  const [, n, unit] = /^(\d+)(ms|s|min|h)$/.exec(text) ?? [];
  return Number(n) * ({ ms: 1, s: 1_000, min: 60_000, h: 3_600_000 }[unit ?? ""] ?? 1);
}
