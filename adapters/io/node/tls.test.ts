import type { ConnectionOptions, TlsOptions } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Certificates } from "./certificates.testing.ts";
import { dial } from "./dial.ts";
import { listen } from "./listen.ts";
import { clientTls, PreSharedKey, serverTls, type TlsIdentity } from "./tls.ts";

const certificates = new Certificates();
let ca: string;
let server: TlsIdentity;
let agent: TlsIdentity;
let stranger: TlsIdentity;

beforeAll(() => {
  ca = certificates.authority("ca");
  server = certificates.issue("server", "ca");
  agent = certificates.issue("agent", "ca");
  certificates.authority("other");
  stranger = certificates.issue("stranger", "other");
});
afterAll(() => certificates.remove());

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
