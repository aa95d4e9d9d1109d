import { describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { KeyStore } from "../../adapters/io/node/keys.ts";
import { NodeRandom } from "../../adapters/io/node/random.ts";
import { checkConfig } from "../config/check.ts";
import { loadServices } from "./roster.ts";

const HEAD = "gateway: /t/gw\nagents: { a: { host: 127.0.0.1, state: /tmp } }\nredis: { url: redis://127.0.0.1:1 }\n";

async function protocolsOf(sections: string): Promise<readonly string[]> {
  const { config, issues } = checkConfig("busbar.yaml", `${HEAD}${sections}`, "/tmp", { filesMustExist: false });
  if (config === undefined) throw new Error(JSON.stringify(issues));
  const make = await loadServices(config);
  const [keys, random, timers] = [new KeyStore(), new NodeRandom(), new NodeTimers()];
  const spools = { bridgeSpool: () => undefined };
  return make({ config, agent: "a", keys, random, timers, isServed: () => false, ...spools }).map(
    (one) => one.protocol,
  );
}

describe("the protocols of an agent", () => {
  it("are those its configuration has", async () => {
    expect(await protocolsOf("mqtt: { anonymous: true }\n")).toEqual(["mqtt"]);
    expect(await protocolsOf("iec61850: {}\ndlms: {}\n")).toEqual(["dlms", "iec61850"]);
    expect(await protocolsOf("")).toEqual([]);
  });
});
