import { describe, expect, it } from "vitest";
import { chooseAgent, peersOf } from "./choose-agent.ts";
import type { AgentSettings } from "./config.ts";

const AGENT: AgentSettings = {
  host: "h",
  link: { host: "h", port: 1 },
  ops: { host: "h", port: 2 },
  state: "/s",
  weight: 1,
  listen: {},
};
const PAIR = { agents: { a: AGENT, b: AGENT } };

describe("which agent this process is", () => {
  it.each([
    ["the argument goes first", { argument: "a", env: "b", hostName: "b" }, "a"],
    ["then BUSBAR_AGENT", { argument: undefined, env: "a", hostName: "b" }, "a"],
    ["an empty variable is none", { argument: undefined, env: "", hostName: "b" }, "b"],
    ["then the host name", { argument: undefined, env: undefined, hostName: "b" }, "b"],
    ["up to its first dot", { argument: undefined, env: undefined, hostName: "b.sub-042.example" }, "b"],
  ])("%s", (_name, from, expected) => {
    expect(chooseAgent(PAIR, from)).toBe(expected);
  });

  it("is the only one where there is one", () => {
    expect(chooseAgent({ agents: { x: AGENT } }, { argument: undefined, env: undefined, hostName: "h" })).toBe("x");
  });

  it("is not guessed between two, nor is a wrong name corrected", () => {
    expect(() => chooseAgent(PAIR, { argument: undefined, env: undefined, hostName: "h" })).toThrow("say --agent NAME");
    expect(() => chooseAgent(PAIR, { argument: "c", env: undefined, hostName: "a" })).toThrow("there is no agent c");
  });
});

describe("the peers of an agent", () => {
  it("are those it shares a group with, once each", () => {
    const group = (agents: readonly string[]) => ({
      agents,
      spread: false,
      preferred: undefined,
      failbackAfterMs: undefined,
    });
    const groups = { north: group(["a", "b"]), south: group(["b", "a"]), east: group(["b", "c"]) };
    expect(peersOf({ groups }, "a")).toEqual(["b"]);
    expect(peersOf({ groups }, "b")).toEqual(["a", "c"]);
  });
});
