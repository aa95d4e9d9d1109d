import { describe, expect, it } from "vitest";
import { explain } from "./explain.ts";
import { FRAMES, hex } from "./vectors.testing.ts";

const bytes = (name: string): Uint8Array => hex(FRAMES.find((one) => one.name === name)?.hex ?? "");

describe("busbar decode iec61850", () => {
  it("names every layer of an associate request, and no password", () => {
    const { lines, faults } = explain(bytes("basic/02-associate-req"));
    expect(faults).toEqual([]);
    const names = lines.map((one) => one.name);
    for (const layer of ["TPKT", "COTP", "session", "presentation", "ACSE", "MMS"]) expect(names).toContain(layer);
  });

  it("reads a report field by field", () => {
    const { lines } = explain(bytes("brcb/26-operate-to-cause-dchg-ind"));
    expect(lines).toContainEqual({ depth: 5, name: "entryId", value: "000001a1fb7c6133" });
    expect(lines.at(-1)).toMatchObject({ name: "member 0", value: "boolean true dataChange" });
  });

  it("says what is wrong, and goes on with the next frame", () => {
    const garbage = bytes("probe/garbage-mms-req0");
    const both = new Uint8Array([...garbage, ...bytes("basic/05-identify-rsp")]);
    const { lines, faults } = explain(both);
    expect(faults.join()).toContain("mms.pdu.truncated");
    expect(lines.map((one) => one.value)).toContain("MZ");
  });

  it("explains every observed frame", () => {
    for (const { name, hex: text } of FRAMES) if (text !== "") expect(() => explain(hex(text)), name).not.toThrow();
  });
});
