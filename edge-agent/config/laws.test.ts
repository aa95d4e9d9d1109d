import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkLaws } from "../lease/settings.ts";
import { leaseSettings } from "../runtime/lease-settings.ts";
import { spoolSettings } from "../runtime/agent-spools.ts";
import { checkSpoolSettings } from "../spool/settings.ts";
import { checkConfig } from "./check.ts";
import { LAWS, leaseSlack } from "./laws.ts";

const SOUND =
  "gateway: /a/b\nagents: { a: { host: 10.0.0.1 }, b: { host: 10.0.0.2 } }\npair: { secret: { file: p }, PAIR }\nredis: { url: redis://r, commandTimeout: 10ms }\nsupervisor: { silentFor: 50ms }\n";
const GROUP = { agents: ["a", "b"], spread: false, preferred: "a", failbackAfterMs: 300_000 };

function check(lease: string, pair: string, rest: string = "") {
  return checkConfig("f", `${SOUND.replace("PAIR", pair)}lease: { ${lease} }\n${rest}`, "/", { filesMustExist: false });
}

describe("what the configuration accepts", () => {
  const ms = (min: number, max: number) =>
    fc.oneof(fc.integer({ min, max }), fc.integer({ min, max: Math.min(max, min * 20) }));

  it("is what the lease machine accepts", () => {
    let accepted = 0;
    let refused = 0;
    const property = fc.property(
      ms(200, 300_000),
      ms(20, 60_000),
      ms(10, 30_000),
      ms(20, 60_000),
      ms(5, 10_000),
      ms(20, 60_000),
      (ttl, renew, attempt, safety, beat, suspect) => {
        const { config } = check(
          `ttl: ${ttl}ms, renewEvery: ${renew}ms, attemptTimeout: ${attempt}ms, safety: ${safety}ms`,
          `beatEvery: ${beat}ms, suspectAfter: ${suspect}ms`,
        );
        if (config === undefined) refused += 1;
        else {
          accepted += 1;
          expect(checkLaws(leaseSettings(config, GROUP))).toEqual([]);
        }
      },
    );
    fc.assert(property, { numRuns: 1_000 });
    expect(Math.min(accepted, refused)).toBeGreaterThan(20);
  });

  it("breaks the lease law exactly where the lease machine says so", () => {
    for (const ttlMs of [1_999, 2_000, 2_001]) {
      const lease = { ttlMs, renewEveryMs: 1_000, attemptTimeoutMs: 400, safetyMs: 200 };
      const pair = {
        beatEveryMs: 50,
        suspectAfterMs: 300,
        trust: { kind: "none" },
        replicateSpool: true,
        forwardDevices: true,
      } as const;
      const broken = checkLaws(leaseSettings({ lease, pair }, GROUP)).some((issue) => issue.path === "ttlMs");
      expect(leaseSlack(lease) < 0).toBe(broken);
      expect(check(`ttl: ${ttlMs}ms`, "").config === undefined).toBe(broken);
    }
  });

  it("is what the spool accepts", () => {
    const size = fc.integer({ min: 1, max: 2_000 }).map((n) => n * 512 * 1024);
    const policy = fc.constantFrom("block", "drop-oldest", "drop-newest", "by-priority");
    let accepted = 0;
    const property = fc.property(size, size, policy, fc.boolean(), (max, segment, chosen, aged) => {
      const { config } = check(
        "",
        "",
        `spool: { maxBytes: ${max}B, segmentBytes: ${segment}B, policy: ${chosen}${aged ? ", maxAge: 7d" : ""} }`,
      );
      if (config === undefined) return;
      accepted += 1;
      expect(() => checkSpoolSettings(spoolSettings(config))).not.toThrow();
    });
    fc.assert(property, { numRuns: 1_000 });
    expect(accepted).toBeGreaterThan(20);
  });
});

describe("the laws", () => {
  it("each say what they are about, once", () => {
    const said = LAWS.map((law) => law.says);
    expect(new Set(said).size).toBe(said.length);
  });

  it("ask for nothing that could not be read", () => {
    for (const law of LAWS) expect(law.check({})).toEqual([]);
  });
});
