import { describe, expect, it } from "vitest";
import { BenchUsage, readOptions } from "./options.ts";

const OPTIONS = {
  runs: { type: "string", default: "30", about: "of each fault" },
  devices: { type: "string", multiple: true, default: ["400", "40000"], about: "known devices" },
  resume: { type: "boolean", default: false, about: "with what comes after it" },
  profile: { type: "string", about: "a directory" },
} as const;

function usage(...args: string[]): BenchUsage {
  try {
    readOptions(args, OPTIONS);
  } catch (thrown) {
    if (thrown instanceof BenchUsage) return thrown;
  }
  throw new Error("it was taken");
}

describe("the options of a bench", () => {
  it("are those given, and the others as they are without", () => {
    expect(readOptions(["--runs", "3", "--resume"], OPTIONS)).toMatchObject({
      runs: "3",
      devices: ["400", "40000"],
      resume: true,
    });
    expect(readOptions(["--devices", "7", "--profile", "d"], OPTIONS)).toMatchObject({ devices: ["7"], profile: "d" });
  });

  it("are listed on request", () => {
    const { message, exitCode } = usage("--help");
    expect(exitCode).toBe(0);
    expect(message.split("\n")).toEqual([
      "  --runs     of each fault (30)",
      "  --devices  known devices (400 40000)",
      "  --resume   with what comes after it",
      "  --profile  a directory",
    ]);
  });

  it("are refused with the list where one is not known, or is no number where one is needed", () => {
    expect(usage("--run", "3").message).toContain("Unknown option '--run'");
    expect(usage("--runs", "many").message).toContain("--runs takes a number, not 'many'");
    expect(usage("--devices", "4", "--devices", "").message).toContain("--devices takes a number, not ''");
    expect(usage("--runs", "3", "extra")).toMatchObject({ exitCode: 2 });
  });
});
