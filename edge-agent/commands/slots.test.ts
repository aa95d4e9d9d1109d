import { describe, expect, it } from "vitest";
import { Slots } from "./slots.ts";

const never = new AbortController().signal;

describe("Slots", () => {
  it("lets no more through than there are places, urgent ones first", async () => {
    const slots = new Slots(1);
    const first = await slots.take("bulk", never);
    const came: string[] = [];
    const line = (["bulk", "normal", "urgent"] as const).map((priority) =>
      slots.take(priority, never).then((free) => {
        came.push(priority);
        free?.();
      }),
    );
    expect(came).toEqual([]);
    first?.();
    await Promise.all(line);
    expect(came).toEqual(["urgent", "normal", "bulk"]);
  });

  it("says how many wait, and when there are fewer", async () => {
    const left: number[] = [];
    const slots: Slots = new Slots(1, () => left.push(slots.waiting));
    const first = await slots.take("normal", never);
    const line = [slots.take("normal", never), slots.take("urgent", never)];
    expect(slots.waiting).toBe(2);
    first?.();
    (await line[1])?.();
    (await line[0])?.();
    expect(left).toEqual([1, 0]);
    expect(slots.waiting).toBe(0);
  });

  it("does not free a place twice", async () => {
    const slots = new Slots(1);
    const first = await slots.take("normal", never);
    first?.();
    first?.();
    const second = await slots.take("normal", never);
    let third = false;
    void slots.take("normal", never).then(() => {
      third = true;
    });
    await Promise.resolve();
    expect(second).toBeDefined();
    expect(third).toBe(false);
  });

  it("forgets who stopped waiting", async () => {
    const slots = new Slots(1);
    const first = await slots.take("normal", never);
    const leaving = new AbortController();
    const left = slots.take("normal", leaving.signal);
    const stays = slots.take("normal", never);
    leaving.abort();
    expect(await left).toBeUndefined();
    expect(slots.waiting).toBe(1);
    expect(await slots.take("normal", leaving.signal)).toBeUndefined();
    first?.();
    expect(await stays).toBeDefined();
  });
});
