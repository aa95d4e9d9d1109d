import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Certificates } from "./certificates.testing.ts";
import { freePort, type PrivateRedis, startPrivateRedis } from "./private-redis.ts";
import { connectRedis, type RedisConnection } from "./redis.ts";
import type { RedisConnectSettings, RedisTls } from "./redis-settings.ts";

const certificates = new Certificates();
const { dir } = certificates;
const pem = (name: string): string => readFileSync(join(dir, name), "utf8");
let tlsPort = 0;
let redis: PrivateRedis | undefined;
const open: RedisConnection[] = [];

beforeAll(async () => {
  makeCertificates();
  tlsPort = await freePort();
  const files = ["--tls-cert-file", join(dir, "server.crt"), "--tls-key-file", join(dir, "server.key")];
  const trust = ["--tls-ca-cert-file", join(dir, "ca.crt"), "--tls-auth-clients", "yes"];
  redis = await startPrivateRedis({ extraArgs: ["--tls-port", `${tlsPort}`, ...files, ...trust] }).catch(
    () => undefined,
  );
  if (redis === undefined) process.stderr.write("this redis-server is built without TLS: its tests are skipped\n");
});
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});
afterAll(async () => {
  await redis?.stop();
  certificates.remove();
});

/** A private authority, a server and a client of it, and another authority that nobody asked. */
function makeCertificates(): void {
  for (const name of ["ca", "other"]) certificates.authority(name);
  certificates.issue("server", "ca", ["subjectAltName=DNS:redis.substation.example,IP:127.0.0.1"]);
  certificates.issue("client", "ca", ["extendedKeyUsage=clientAuth"]);
}

function connect(tls: RedisTls, port: number = tlsPort): RedisConnection {
  const settings: RedisConnectSettings = { target: { kind: "standalone", host: "127.0.0.1", port }, tls };
  const connection = connectRedis(settings, "effects");
  open.push(connection);
  return connection;
}

describe("Redis behind TLS with an authority of one's own", () => {
  it("is used with its authority, our certificate and the name it has", async ({ skip }) => {
    if (redis === undefined) return skip();
    const ours = { ca: pem("ca.crt"), cert: pem("client.crt"), key: pem("client.key") };
    for (const tls of [ours, { ...ours, serverName: "redis.substation.example" }]) {
      const connection = connect(tls);
      await connection.ready({ timeoutMs: 5_000 });
      expect(await connection.client.set("k", "v")).toBe("OK");
    }
  });

  it.each([
    ["another authority than its own", { ca: "other.crt" }, /self-signed certificate|unable to (verify|get)|signature/],
    ["a name it does not have", { serverName: "redis.elsewhere.example" }, /does not match certificate/],
    ["no certificate of ours", { cert: undefined, key: undefined }, /certificate required|closed|ECONNRESET|alert/],
  ])("is not used with %s, and the reason is told", async (_what, change, reason) => {
    if (redis === undefined) return;
    const files = { ca: "ca.crt", cert: "client.crt", key: "client.key", ...change };
    const read = (name: string | undefined): string | undefined => (name === undefined ? undefined : pem(name));
    const serverName = "serverName" in change ? change.serverName : undefined;
    const connection = connect({ ca: read(files.ca), cert: read(files.cert), key: read(files.key), serverName });
    const fault: unknown = await connection.ready({ timeoutMs: 1_500 }).catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({ code: "queue.unavailable", message: expect.stringMatching(reason) });
  });

  it("is not used where something answers that does not speak TLS, and nothing is said to it", async () => {
    const said: Buffer[] = [];
    const plain = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        said.push(chunk);
        socket.write("-ERR unknown\r\n");
      });
    });
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    const address = plain.address();
    const connection = connect({ ca: pem("ca.crt") }, typeof address === "object" ? (address?.port ?? 0) : 0);
    await expect(connection.ready({ timeoutMs: 1_000 })).rejects.toMatchObject({ code: "queue.unavailable" });
    expect(Buffer.concat(said).toString("latin1")).not.toMatch(/AUTH|INFO|CLIENT/i);
    plain.close();
  });
});
