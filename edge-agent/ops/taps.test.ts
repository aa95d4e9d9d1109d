import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EXAMPLES } from "../model/examples.ts";
import { ExampleSource } from "./example.testing.ts";
import { type Ops, startOps } from "./server.ts";

let source: ExampleSource;
let ops: Ops;

beforeEach(async () => {
  source = new ExampleSource();
  ops = await startOps({ listen: { host: "127.0.0.1", port: 0 }, source, token: undefined, maxTaps: 2 });
});

afterEach(() => ops.close());

const [MESSAGE] = Object.values(EXAMPLES);

async function lines(answer: Response, count: number): Promise<unknown[]> {
  const reader = (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split("\n").length <= count) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  return text
    .split("\n")
    .slice(0, count)
    .map((line) => JSON.parse(line));
}

describe("a tap", () => {
  it("shows messages a line each, and what was missed", async () => {
    if (MESSAGE === undefined) throw new Error("no example");
    const answer = await fetch(`${ops.url}/tap?device=lamp-1&type=event&protocol=oslp`);
    expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
    source.offer(
      { kind: "message", message: MESSAGE },
      { kind: "dropped", count: 17 },
      { kind: "message", message: MESSAGE },
    );
    expect(await lines(answer, 3)).toEqual([{ message: MESSAGE }, { dropped: 17 }, { message: MESSAGE }]);
    expect(source.asked).toEqual([{ device: "lamp-1", type: "event", protocol: "oslp" }]);
  });

  it("ends when its reader goes, and makes room for another", async () => {
    const going = new AbortController();
    for (let i = 0; i < 2; i++) await fetch(`${ops.url}/tap`, { signal: going.signal });
    const third = await fetch(`${ops.url}/tap`);
    expect(third.status).toBe(429);
    expect(await third.json()).toMatchObject({ error: { code: "ops.taps.full" } });
    going.abort();
    await vi.waitFor(() => expect(source.openTaps).toBe(0));
    expect((await fetch(`${ops.url}/tap`)).status).toBe(200);
  });

  it("stops asking its source while its reader does not read", async () => {
    if (MESSAGE === undefined) throw new Error("no example");
    const message = MESSAGE;
    const answer = await new Promise<import("node:http").IncomingMessage>((resolve) => {
      request(`${ops.url}/tap`, resolve).end();
    });
    answer.pause();
    let asked = 0;
    source.tap = async function* endless() {
      for (;;) {
        asked += 1;
        yield { kind: "message", message };
      }
    };
    const slow = await new Promise<import("node:http").IncomingMessage>((resolve) => {
      request(`${ops.url}/tap`, resolve).end();
    });
    slow.pause();
    let before = -1;
    await vi.waitFor(
      () => {
        const now = asked;
        const still = now > 0 && now === before;
        before = now;
        expect(still).toBe(true);
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(asked).toBeLessThan(100_000);
    slow.destroy();
    answer.destroy();
  });

  it("ends with the server", async () => {
    const answer = await fetch(`${ops.url}/tap`);
    await vi.waitFor(() => expect(source.openTaps).toBe(1));
    await ops.close();
    await expect(answer.text().catch(() => "")).resolves.toBe("");
    await vi.waitFor(() => expect(source.openTaps).toBe(0));
  });
});
