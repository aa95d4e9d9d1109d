import { describe, expect, it } from "vitest";
import type { Transport } from "../../../adapters/kit/ports.ts";
import { Gate } from "./gate.ts";

const line = (): Transport => ({
  peer: "test",
  write: () => Promise.resolve(),
  close: () => Promise.resolve(),
  destroy: () => {},
  async *[Symbol.asyncIterator]() {},
});

describe("a gate", () => {
  it("lets so many through at once, the others in the order they came", async () => {
    const gate = new Gate(2);
    const opened: number[] = [];
    const open = (number: number): Promise<Transport> =>
      gate.through(() => {
        opened.push(number);
        return Promise.resolve(line());
      });
    const [first, second] = [await open(1), await open(2)];
    const third = open(3);
    const fourth = open(4);
    expect([opened, gate.waiting]).toEqual([[1, 2], 2]);
    await first.close();
    await third;
    expect(opened).toEqual([1, 2, 3]);
    second.destroy();
    // Closed twice is one place.
    second.destroy();
    await fourth;
    expect([opened, gate.waiting]).toEqual([[1, 2, 3, 4], 0]);
  });

  it("has its place back when nobody could be reached", async () => {
    const gate = new Gate(1);
    await expect(gate.through(() => Promise.reject(new Error("nobody there")))).rejects.toThrow("nobody there");
    await expect(gate.through(() => Promise.resolve(line()))).resolves.toBeDefined();
  });

  it("turns away who waits when it is closed, and who comes then", async () => {
    const gate = new Gate(1);
    await gate.through(() => Promise.resolve(line()));
    const waiting = gate.through(() => Promise.resolve(line()));
    gate.close();
    await expect(waiting).rejects.toMatchObject({ code: "transport.aborted" });
    await expect(gate.through(() => Promise.resolve(line()))).rejects.toMatchObject({ code: "transport.aborted" });
  });
});
