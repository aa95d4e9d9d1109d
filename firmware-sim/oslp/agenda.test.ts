import { describe, expect, it } from "vitest";
import { toInstant } from "../../adapters/kit/time.ts";
import { Agenda } from "./agenda.ts";

describe("an agenda", () => {
  it("does what is due in order, ties as they were put down, and nothing else", () => {
    const agenda = new Agenda();
    const done: string[] = [];
    const put = (at: number, name: string): void => agenda.at(toInstant(at), () => void done.push(name));
    put(20, "c");
    put(10, "a");
    put(10, "b");
    put(30, "d");
    expect(agenda.next).toBe(10);
    agenda.run(toInstant(20));
    expect(done).toEqual(["a", "b", "c"]);
    expect(agenda.next).toBe(30);
    agenda.clear();
    expect(agenda.next).toBeUndefined();
  });

  it("lets an act plan another for now, and stops time for nobody", () => {
    const agenda = new Agenda();
    let done = 0;
    const again = (): void => {
      done += 1;
      agenda.at(toInstant(0), again);
    };
    again();
    agenda.run(toInstant(0));
    expect(done).toBe(1_001);
    expect(agenda.length).toBe(1);
  });
});
