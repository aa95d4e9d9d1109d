import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { until } from "../../firmware-sim/bed/until.ts";
import { busbar, type Ended, type Running, startBusbar } from "./busbar.testing.ts";

let ied: Running;
let at: string;
const probe = (...args: readonly string[]): Promise<Ended> => busbar(["probe", "iec61850", at, ...args]);

beforeAll(async () => {
  const port = await freePort();
  at = `127.0.0.1:${port}`;
  ied = startBusbar(["simulate", "iec61850", "--devices", "1", "--listen-port", `${port}`, "--for", "2min"]);
  await until("the IED answers", async () => (await probe("identify", "--within", "1s")).code === 0, 20_000);
}, 30_000);
afterAll(async () => {
  ied.stop("SIGTERM");
  await ied.ended;
});

describe("a probe of an IED", () => {
  it("reads a value with its quality and time, and its whole model", async () => {
    const { code, out } = await probe("read", "BAY1MEAS/MMXU1.TotW[MX]", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ mag: { f: expect.any(Number) }, q: "0000000000000" });
    const model: unknown = JSON.parse((await probe("discover", "--json")).out);
    expect(model).toMatchObject({ BAY1CTRL: { nodes: { CSWI1: { CO: { Pos: {} } } } } });
  });

  it("operates a breaker, and the breaker has moved", async () => {
    const { code, out } = await probe("operate", "BAY1CTRL/CSWI1.Pos", "false", "--json");
    expect([code, JSON.parse(out)]).toMatchObject([0, { model: "sbo-enhanced", end: "terminated" }]);
    const moved = async (): Promise<boolean> =>
      (await probe("read", "BAY1CTRL/CSWI1.Pos.stVal[ST]", "--json")).out.includes("off");
    await until("it is open", moved, 10_000);
  });

  it("is compared with its file: with its own, with another's, and with none", async () => {
    const folder = mkdtempSync(join(tmpdir(), "busbar-scl-"));
    try {
      const file = join(folder, "bay.icd");
      await busbar(["simulate", "iec61850", "--write-icd", file]);
      const same = await probe("check", file);
      expect([same.code, same.out]).toEqual([0, `BAY1 is as ${file} says\n`]);
      writeFileSync(file, readFileSync(file, "utf8").replace('name="brcbEnergy"', 'name="brcbOther"'));
      const { code, out } = await probe("check", file, "--json");
      expect([code, JSON.parse(out)]).toMatchObject([1, { ied: "BAY1", differences: [{ kind: "missing" }] }]);
      expect((await probe("check", file, "--ied", "BAY9")).err).toContain("no IED BAY9; it has BAY1");
      expect((await probe("check", join(folder, "none.scd"))).code).toBe(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("names what is refused, and whom it cannot reach", async () => {
    const { code, err } = await probe("read", "BAY1CTRL/CSWI1.Nope[ST]");
    expect([code, err]).toEqual([1, "busbar: mms.data.refused: BAY1CTRL/CSWI1.Nope[ST]: object-non-existent\n"]);
    const nobody = await busbar(["probe", "iec61850", `127.0.0.1:${await freePort()}`, "identify"]);
    expect(nobody.code).toBe(5);
  });
});
