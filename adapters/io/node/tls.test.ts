import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions, TlsOptions } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dial } from "./dial.ts";
import { listen } from "./listen.ts";
import { clientTls, PreSharedKey, serverTls, type TlsIdentity } from "./tls.ts";

let dir: string;
let ca: string;
let server: TlsIdentity;
let agent: TlsIdentity;
let stranger: TlsIdentity;

/** Certificates of an authority made for this run; openssl signs them, as an operator would. */
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "busbar-tls-"));
  ca = authority("ca");
  server = issue("server", "ca");
  agent = issue("agent", "ca");
  authority("other");
  stranger = issue("stranger", "other");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
}

function read(name: string): string {
  return readFileSync(join(dir, name), "utf8");
}

const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

function authority(name: string): string {
  openssl("req", "-x509", ...EC, "-days", "2", "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.crt`);
  return read(`${name}.crt`);
}

function issue(name: string, by: string): TlsIdentity {
  const names = "subjectAltName=IP:127.0.0.1";
  openssl(
    "req",
    "-new",
    ...EC,
    "-subj",
    `/CN=${name}`,
    "-addext",
    names,
    "-keyout",
    `${name}.key`,
    "-out",
    `${name}.csr`,
  );
  const signing = [
    "-CA",
    `${by}.crt`,
    "-CAkey",
    `${by}.key`,
    "-CAcreateserial",
    "-days",
    "2",
    "-copy_extensions",
    "copy",
  ];
  openssl("x509", "-req", "-in", `${name}.csr`, ...signing, "-out", `${name}.crt`);
  return { cert: read(`${name}.crt`), key: read(`${name}.key`), ca: read(`${by}.crt`) };
}

/** What a client gets to read from a server that greets, or the code of the fault. */
async function greet(tls: {
  readonly server: TlsOptions;
  readonly client: ConnectionOptions;
}): Promise<{ heard: string; away: string[] }> {
  const away: string[] = [];
  const listener = await listen({
    ...{ host: "127.0.0.1", port: 0, maxConnections: 5, tls: tls.server },
    onTransport: (transport) => void transport.write(new TextEncoder().encode("welcome")).then(() => transport.close()),
    onTurnedAway: (_peer, why) => away.push(why),
  });
  let heard = "";
  try {
    const transport = await dial({ host: "127.0.0.1", port: listener.port, timeoutMs: 5_000, tls: tls.client });
    for await (const chunk of transport) heard += new TextDecoder().decode(chunk);
    await transport.close();
  } catch (fault) {
    heard = fault instanceof Error && "code" in fault ? String(fault.code) : String(fault);
  }
  await listener.close();
  return { heard, away };
}

describe("TLS", () => {
  it("lets in whom the authority knows, both ways", async () => {
    const result = await greet({ server: serverTls(server, { mutual: true }), client: clientTls(agent) });
    expect(result).toEqual({ heard: "welcome", away: [] });
  });

  it("needs no certificate of the client where it is not mutual", async () => {
    expect(await greet({ server: serverTls(server, { mutual: false }), client: clientTls({ ca }) })).toMatchObject({
      heard: "welcome",
    });
  });

  it("turns away clients without a certificate, or with one of another authority", async () => {
    for (const client of [clientTls({ ca }), clientTls({ ...stranger, ca })]) {
      const { heard, away } = await greet({ server: serverTls(server, { mutual: true }), client });
      // In TLS 1.3 the client's handshake is done before the server has judged it: it only sees the end.
      expect(heard).not.toContain("welcome");
      expect(away).toEqual(["tls"]);
    }
  });

  it("does not speak to a server of another authority, or of another name", async () => {
    const other = await greet({ server: serverTls(stranger, { mutual: false }), client: clientTls({ ca }) });
    expect(other.heard).toBe("transport.tls-untrusted");
    const renamed = await greet({
      server: serverTls(server, { mutual: false }),
      client: clientTls({ ca, serverName: "elsewhere.example" }),
    });
    expect(renamed.heard).toBe("transport.tls-untrusted");
  });

  it("is not spoken below version 1.2", async () => {
    const old = { ...clientTls({ ca }), minVersion: "TLSv1", maxVersion: "TLSv1.1" } as const;
    expect((await greet({ server: serverTls(server, { mutual: false }), client: old })).heard).toMatch(/^transport\./);
  });

  it("cannot be mutual without an authority", () => {
    expect(() => serverTls({ cert: server.cert, key: server.key }, { mutual: true })).toThrow(
      expect.objectContaining({ code: "config.tls.authority-missing" }),
    );
  });
});

describe("a shared key", () => {
  const key = new PreSharedKey(new Uint8Array(32).fill(7));

  it("lets in who has it, under a name that is known", async () => {
    const names = key.server(["agent-a", "agent-b"]);
    expect(await greet({ server: names, client: key.client("agent-b") })).toMatchObject({ heard: "welcome" });
    expect((await greet({ server: names, client: key.client("mallory") })).heard).toMatch(/^transport\./);
    const wrong = new PreSharedKey(new Uint8Array(32).fill(8));
    expect((await greet({ server: names, client: wrong.client("agent-b") })).heard).toMatch(/^transport\./);
  });

  it("is long enough, and never printed", () => {
    expect(() => new PreSharedKey(new Uint8Array(31))).toThrow(
      expect.objectContaining({ code: "config.tls.key-too-short" }),
    );
    expect(JSON.stringify(key)).toBe("{}");
  });
});
