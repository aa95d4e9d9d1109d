import { describe, expect, it } from "vitest";
import { DEVICE_MEMORY_LIMIT, type DeviceMemory } from "../kit/session.ts";
import { REPORT_CONTROL_LIMIT } from "./limits.ts";
import { addressOf, entryIdOf, withAddress, withEntryId } from "./memory.ts";

const ENTRY = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

describe("the memory of an IED", () => {
  it("has an EntryID for every block, and the address it registered from", () => {
    const memory = withAddress(withEntryId(undefined, "IED1LD0/LLN0$BR$brcb01", ENTRY), "10.0.0.7");
    expect(entryIdOf(memory, "IED1LD0/LLN0$BR$brcb01")).toEqual(ENTRY);
    expect(entryIdOf(memory, "IED1LD0/LLN0$BR$brcb02")).toBeUndefined();
    expect(addressOf(withEntryId(memory, "another", ENTRY))).toBe("10.0.0.7");
  });

  it("has room for all of them, however long their names are, and forgets the oldest beyond", () => {
    let memory: DeviceMemory | undefined = { address: "100.100.100.100" };
    const name = (n: number): string => `${"A".repeat(60)}LD0/${"B".repeat(50)}$BR$brcb${n}`;
    for (let n = 0; n <= REPORT_CONTROL_LIMIT; n++) memory = withEntryId(memory, name(n), ENTRY);
    expect(JSON.stringify(memory).length).toBeLessThanOrEqual(DEVICE_MEMORY_LIMIT);
    expect(entryIdOf(memory, name(0))).toBeUndefined();
    expect(entryIdOf(memory, name(1))).toEqual(ENTRY);
    expect(entryIdOf(memory, name(REPORT_CONTROL_LIMIT))).toEqual(ENTRY);
    expect(addressOf(memory)).toBe("100.100.100.100");
  });
});
