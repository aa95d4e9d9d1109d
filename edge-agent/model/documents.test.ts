import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readMessage } from "./batch.ts";
import { decodeCommand } from "./command.ts";
import { modelDocuments } from "./documents.ts";
import { COMMAND_EXAMPLE, EXAMPLES } from "./examples.ts";
import { dataSchemas, MESSAGE_TYPES, type MessageData, messageSchema } from "./message.ts";
import { UNITS, unitField, type Unit } from "./units.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Every field of every shape set, so that a field the schema does not know is found missing in what it returns. */
type Full<T> = T extends readonly (infer One)[]
  ? readonly Full<One>[]
  : T extends object
    ? { readonly [Key in keyof T]-?: Full<Exclude<T[Key], undefined>> }
    : T;

const REF = { scheme: "obis", value: "1-0:1.8.0*255", attr: 2, classId: 3, pointer: "/a" } as const;
const POINT = {
  ref: REF,
  name: "n",
  value: 1,
  type: "u8",
  unit: "Wh",
  raw: { value: 1, scaler: 0 },
  q: {
    validity: "questionable",
    detail: ["oldData"],
    source: "substituted",
    test: true,
    operatorBlocked: true,
    reason: "timeout",
  },
  t: {
    time: "2026-11-21T00:00:00Z",
    quality: { clockFailure: true, notSynchronized: true, leapKnown: true, accuracyBits: 10 },
  },
} as const;
const DEVICE = { protocolId: "p", serial: "s", logicalName: "l", address: "a" };
const FROM_DEVICE = { cause: "push", historical: true, device: DEVICE } as const;

// JSON shapes are free-form: `Full` would ask for every possible key of them.
type Pinned = Omit<MessageData, "busbar.command-result.v1" | "busbar.gateway-event.v1">;
const FULL: Full<Pinned> = {
  "busbar.reading.v1": { ...FROM_DEVICE, points: [POINT], interval: "PT1H", readingType: "0.0", rawFrame: "r" },
  "busbar.event.v1": {
    ...FROM_DEVICE,
    code: "light.on",
    category: "light",
    severity: "info",
    nativeCode: "N",
    text: "t",
    index: 1,
    points: [POINT],
  },
  "busbar.state.v1": {
    state: "online",
    since: "2026-11-21T00:00:00Z",
    reason: "r",
    lastMessageAt: "2026-11-21T00:00:00Z",
    device: DEVICE,
  },
  "busbar.profile.v1": {
    ...FROM_DEVICE,
    profile: REF,
    name: "n",
    interval: "PT15M",
    columns: [{ ref: REF, name: "n", type: "u8", unit: "Wh", scaler: 0, readingType: "0.0" }],
    rows: [{ t: POINT.t, q: POINT.q, values: [1] }],
  },
};
const FULL_RESULT: Required<MessageData["busbar.command-result.v1"]> = {
  uid: "c-1",
  state: "failed",
  action: "a",
  target: REF,
  attempt: 1,
  reason: "r",
  nativeCode: "n",
  text: "t",
  points: [POINT],
  result: { a: 1 },
  issuedBy: "i",
};

describe("the schemas", () => {
  it("name every field of the types", () => {
    for (const [type, data] of Object.entries({ ...FULL, "busbar.command-result.v1": FULL_RESULT })) {
      const schema = MESSAGE_TYPES.find((one) => one === type);
      expect(schema).toBeDefined();
      if (schema !== undefined) expect(dataSchemas[schema].parse(data)).toEqual(data);
    }
  });

  it("take every example, and change nothing about it", () => {
    for (const type of MESSAGE_TYPES) {
      const json: unknown = JSON.parse(JSON.stringify(EXAMPLES[type]));
      expect(messageSchema.parse(json)).toEqual(json);
      expect(readMessage(json).type).toBe(type);
    }
    expect(decodeCommand(COMMAND_EXAMPLE)).toEqual(COMMAND_EXAMPLE);
  });

  it("refuse rows that do not fit the columns", () => {
    const profile = FULL["busbar.profile.v1"];
    const uneven = { ...profile, rows: [...profile.rows, { t: POINT.t, values: [1, 2] }] };
    expect(dataSchemas["busbar.profile.v1"].safeParse(uneven).error?.issues[0]?.path).toEqual(["rows", 1]);
  });

  it("know every unit of the table and no inherited name", () => {
    for (const unit of Object.keys(UNITS)) expect(unitField.safeParse(unit).success).toBe(true);
    for (const no of ["kW", "toString", ""]) expect(unitField.safeParse(no).success).toBe(false);
    const lamp: Unit = "lx";
    expect(UNITS[lamp].ucum).toBe("lx");
  });
});

describe("the documents", () => {
  const documents = modelDocuments();

  it.each([...documents.keys()])("%s is what the model says (else: node scripts/generate-model-docs.mjs)", (path) => {
    expect(readFileSync(join(root, path), "utf8")).toBe(documents.get(path));
  });

  it("have one schema per type, under the URI the messages carry", () => {
    for (const type of MESSAGE_TYPES) {
      const text = documents.get(`docs/schema/${type.slice("busbar.".length)}.schema.json`);
      expect(JSON.parse(text ?? "{}")).toMatchObject({ $id: EXAMPLES[type].dataschema });
    }
  });
});
