import { describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import { SimNetwork } from "../../adapters/io/sim/network.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { isGone } from "./knock.ts";

const WITHIN_MS = 300;

function world() {
  const clock = new SimClock();
  const [us, peer] = [new SimHost({ clock, name: "us" }), new SimHost({ clock, name: "peer" })];
  const network = new SimNetwork({ clock, random: new SeededRandom(1), delayMs: { min: 1, max: 1 } });
  const listens = (serve: (transport: Transport) => void) =>
    network.listen(peer, { port: 1, onTransport: (transport) => serve(transport) });
  const knocks = async (): Promise<{ readonly gone: boolean; readonly ms: number }> => {
    const began = clock.now;
    let ended: { readonly gone: boolean; readonly ms: number } | undefined;
    void isGone({
      where: { host: "peer", port: 1 },
      network: { dial: (settings) => network.dial(us, settings) },
      timers: us.timers,
      withinMs: WITHIN_MS,
    }).then((gone) => {
      ended = { gone, ms: clock.now - began };
    });
    await clock.runFor(2 * WITHIN_MS);
    if (ended === undefined) throw new Error("it was not said in time");
    return ended;
  };
  return { clock, peer, network, listens, knocks };
}

const hello = (transport: Transport): void => void transport.write(new Uint8Array([1]));

describe("a peer whose link broke", () => {
  it("is gone where nobody listens any more, which one round trip tells", async () => {
    const { peer, listens, knocks } = world();
    await listens(hello);
    peer.kill();
    expect(await knocks()).toEqual({ gone: true, ms: 2 });
  });

  it("lives where it greets", async () => {
    const { listens, knocks } = world();
    await listens(hello);
    expect(await knocks()).toEqual({ gone: false, ms: 3 });
  });

  it("is not taken for dead where its kernel takes connections and it says nothing: it may be frozen", async () => {
    const { listens, knocks } = world();
    await listens(() => {});
    expect(await knocks()).toEqual({ gone: false, ms: WITHIN_MS });
  });

  it("is not taken for dead where nothing comes back at all", async () => {
    const { network, listens, knocks } = world();
    await listens(hello);
    network.unplug("peer");
    expect(await knocks()).toEqual({ gone: false, ms: WITHIN_MS });
  });

  it("is not taken for dead where something between cuts every connection", async () => {
    const { listens, knocks } = world();
    await listens((transport) => transport.destroy());
    const { gone, ms } = await knocks();
    expect(gone).toBe(false);
    expect(ms).toBeLessThanOrEqual(WITHIN_MS + 20);
  });

  it("that is just dying, its connections cut before its port closes, is asked again", async () => {
    const { peer, listens, knocks } = world();
    await listens((transport) => {
      transport.destroy();
      peer.kill();
    });
    expect(await knocks()).toMatchObject({ gone: true });
  });
});
