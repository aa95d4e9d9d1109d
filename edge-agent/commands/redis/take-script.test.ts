import { describe, expect, it } from "vitest";
import { checkTakeScript, installedTakeScript } from "./take-script.ts";

describe("the script that takes jobs", () => {
  it("is the tested one", () => {
    expect(() => checkTakeScript(installedTakeScript())).not.toThrow();
  });

  it("refuses to run as any other", () => {
    const installed = installedTakeScript();
    for (const other of [
      { ...installed, version: "6.7.1" },
      { ...installed, sha1: "0".repeat(40) },
    ]) {
      expect(() => checkTakeScript(other)).toThrow(expect.objectContaining({ code: "queue.bullmq.untested" }));
    }
  });
});
