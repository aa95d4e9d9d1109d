import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateP256, p256FromSeed, privateKeyPem, publicKeyText } from "../../adapters/io/node/keys.ts";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { fromHex } from "../../adapters/kit/bytes.ts";
import { type VectorFile, vectorsOf } from "../../adapters/oslp/vectors.testing.ts";
import { completeDevice } from "../../firmware-sim/oslp/behaviours/roster.ts";
import { Street } from "../../firmware-sim/oslp/fleet/street.testing.ts";
import { busbar } from "./busbar.testing.ts";
import { explain } from "./probe-decode-oslp.ts";

let folder: string;
let street: Street;
const file = (name: string): string => join(folder, name);
const register = (...args: readonly string[]) => busbar(["probe", "oslp", "register", ...args, "--json"]);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "busbar-probe-"));
  // A platform that knows SSLD-00001; that device itself is quiet, we are it.
  street = await Street.open({
    version: "0.6.1",
    behaviours: () => [{ name: "quiet", opens: () => "refuse" }, ...completeDevice({ notifyEveryMs: 3_600_000 })],
  });
  writeFileSync(file("device.pem"), privateKeyPem(p256FromSeed("street/SSLD-00001").privateKey));
  writeFileSync(file("other.pem"), privateKeyPem(generateP256().privateKey));
  writeFileSync(file("platform.b64"), publicKeyText(street.platform.publicKey));
});

afterAll(async () => {
  await street.close();
  rmSync(folder, { recursive: true });
});

describe("usage", () => {
  it.each([
    [["statu"], "no verb"],
    [["set-light"], "usage: busbar probe oslp set-light"],
    [["set-light", "on", "9"], "usage"],
    [["mask", "256"], "usage"],
    [["raw", "light.set", "{"], "not JSON"],
    [["status"], "--platform-key"],
    [["status", "--platform-key", "x"], "--device-key"],
    [["status", "--platform-key", "x", "--device-key", "y", "--device-id", "0001"], "--device-id"],
    [["status", "--platform-key", "x", "--device-key", "y"], "--listen"],
    [["register"], "--platform"],
  ])("%j exits with 2", async (args, said) => {
    const { code, err } = await busbar(["probe", "oslp", ...args]);
    expect([code, err.includes(said)]).toEqual([2, true]);
  });
});

describe("why does this device not register", () => {
  const platform = (): string[] => ["--platform", `127.0.0.1:${street.port}`, "--within", "3s"];
  const device = ["--identification", "SSLD-00001"];

  it("it does: three steps, each answered and signed by the platform", async () => {
    const keys = ["--device-key", file("device.pem"), "--platform-key", file("platform.b64")];
    const { code, out } = await register(...platform(), ...device, ...keys);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      registered: true,
      steps: [{ how: "answered" }, { how: "answered" }, { how: "answered" }],
    });
    expect(street.registered("ssld-00001")).toBe(true);
  });

  it.each([
    ["its name is not known", "SSLD-77777", "device.pem", "identification"],
    ["its key is another one", "SSLD-00001", "other.pem", "public key"],
  ])("%s: closed at the first step", async (_why, identification, key, hint) => {
    const { code, out } = await register(...platform(), "--identification", identification, "--device-key", file(key));
    expect(code).toBe(1);
    const { steps } = JSON.parse(out);
    expect(steps).toMatchObject([{ step: "RegisterDevice", how: "not-answered", why: "the platform hung up" }]);
    expect(steps[0].hint).toContain(hint);
  });

  it("the platform has another key than the device believes", async () => {
    const keys = ["--device-key", file("device.pem"), "--platform-key", file("other.pem")];
    const { code, out } = await register(...platform(), ...device, ...keys);
    expect(code).toBe(1);
    expect(JSON.parse(out).steps[0].hint).toContain("--platform-key");
  });

  it("nobody listens there: 5", async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    const { code } = await register("--platform", nobody, ...device, "--device-key", file("device.pem"));
    expect(code).toBe(5);
  });
});

interface EnvelopeVector {
  readonly name: string;
  readonly hex: string;
  readonly signedBy?: string;
}

describe("decode", () => {
  const vectors: VectorFile<EnvelopeVector> = vectorsOf<EnvelopeVector>("envelopes");
  const bytesOf = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
  const keys = vectors.context ?? {};
  const first = vectors.vectors[0]?.hex ?? "";

  it("explains the registration of the vectors: every byte, names and the signature", () => {
    const { parts, fields, member, signature, faults } = explain(bytesOf(first), {
      deviceKey: keys["devicePublicKey"] ?? "",
    });
    expect(faults).toEqual([]);
    expect(signature).toEqual({ device: true });
    expect(member).toBe("registerDeviceRequest");
    expect(parts.find(({ what }) => what === "sequence number")).toEqual({
      offset: 128,
      length: 2,
      what: "sequence number",
      value: "65533",
    });
    expect(fields.map(({ offset, name, value }) => [offset, name, value])).toEqual([
      [144, "registerDeviceRequest", "RegisterDeviceRequest"],
      [146, "deviceIdentification", '"device-01"'],
      [157, "ipAddress", "23 00 00 01"],
      [163, "deviceType", "1"],
      [165, "hasSchedule", "false"],
      [167, "randomDevice", "13246"],
    ]);
  });

  it("says that it is somebody else's, cut short, followed by more, or no envelope", () => {
    const bytes = bytesOf(first);
    expect(explain(bytes, { deviceKey: keys["platformPublicKey"] ?? "" }).faults[0]).toContain(
      "not that of the device",
    );
    expect(explain(bytes.subarray(0, 160), {}).faults[0]).toContain("announced");
    expect(explain(Uint8Array.from([...bytes, 1]), {}).faults[0]).toContain("1 bytes follow");
    expect(explain(bytes.subarray(0, 143), {}).faults[0]).toContain("144 bytes");
  });

  it("never throws, whatever the bytes", () => {
    for (let cut = 0; cut < bytesOf(first).length; cut++) {
      const broken = bytesOf(first);
      broken[cut] = (broken[cut] ?? 0) ^ 0xff;
      expect(() => explain(broken, {})).not.toThrow();
      expect(() => explain(bytesOf(first).subarray(0, cut), {})).not.toThrow();
    }
  });

  it("as a command: 0 for a good one, 1 for a bad one, 2 for no hex", async () => {
    const good = await busbar(["decode", "oslp", first, "--device-key", keys["devicePublicKey"] ?? ""]);
    expect([good.code, good.out.includes("signature of the device: verifies")]).toEqual([0, true]);
    expect((await busbar(["decode", "oslp", first.slice(0, -2)])).code).toBe(1);
    expect((await busbar(["decode", "oslp", "not hex"])).code).toBe(2);
  });
});
