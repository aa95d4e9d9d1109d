import { afterEach, describe, expect, it } from "vitest";
import { EdgeError } from "../../kit/edge-error.ts";
import { dialUdp, DATAGRAMS_WAITING_MAX, listenUdp, type UdpListener, UdpTransport } from "./udp.ts";

const open: UdpListener[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function first(transport: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  for await (const chunk of transport) return chunk;
  return undefined;
}

describe("UDP", () => {
  it("makes a transport of each peer, and a chunk of each datagram", async () => {
    const heard: UdpTransport[] = [];
    const listener = await listenUdp({
      host: "127.0.0.1",
      port: 0,
      peersMax: 4,
      onTransport: (one) => heard.push(one),
    });
    open.push(listener);
    const [a, b] = await Promise.all([
      dialUdp({ host: "127.0.0.1", port: listener.port }),
      dialUdp({ host: "127.0.0.1", port: listener.port }),
    ]);
    await a.write(Uint8Array.of(1, 2));
    await b.write(Uint8Array.of(3));
    await expect.poll(() => heard.length).toBe(2);
    for (const one of heard) {
      const chunk = await first(one);
      await one.write(Uint8Array.of(0xaa, ...(chunk ?? [])));
    }
    expect([...((await first(a)) ?? [])]).toEqual([0xaa, 1, 2]);
    expect([...((await first(b)) ?? [])]).toEqual([0xaa, 3]);
    a.destroy();
    b.destroy();
    expect(await first(a)).toBeUndefined();
  });

  it("drops what one peer too many sends", async () => {
    const dropped: string[] = [];
    const settings = {
      host: "127.0.0.1",
      port: 0,
      peersMax: 0,
      onTransport: () => {},
      onDropped: (peer: string) => dropped.push(peer),
    };
    const listener = await listenUdp(settings);
    open.push(listener);
    const peer = await dialUdp({ host: "127.0.0.1", port: listener.port });
    await peer.write(Uint8Array.of(1));
    await expect.poll(() => dropped.length).toBe(1);
    peer.destroy();
  });

  it("drops what nobody reads, at a limit", () => {
    const transport = new UdpTransport(
      "peer",
      () => Promise.resolve(),
      () => {},
    );
    for (let i = 0; i < DATAGRAMS_WAITING_MAX; i++) expect(transport.take(Uint8Array.of(i & 0xff))).toBe(true);
    expect(transport.take(Uint8Array.of(0))).toBe(false);
  });

  it("says that nobody listens there", async () => {
    const listener = await listenUdp({ host: "127.0.0.1", port: 0, peersMax: 1, onTransport: () => {} });
    const { port } = listener;
    await listener.close();
    const peer = await dialUdp({ host: "127.0.0.1", port });
    const reading = first(peer);
    await peer.write(Uint8Array.of(1));
    await expect(reading).rejects.toMatchObject({ code: "transport.refused" });
    await expect(peer.write(Uint8Array.of(1))).rejects.toBeInstanceOf(EdgeError);
  });

  it("rejects a port that is taken", async () => {
    const settings = { host: "127.0.0.1", peersMax: 1, onTransport: () => {} };
    const listener = await listenUdp({ ...settings, port: 0 });
    open.push(listener);
    await expect(listenUdp({ ...settings, port: listener.port })).rejects.toMatchObject({
      code: "transport.address-in-use",
    });
  });
});
