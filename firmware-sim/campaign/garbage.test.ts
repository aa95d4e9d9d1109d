import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { Bed } from "../bed/bed.ts";
import { pause, until } from "../bed/until.ts";

let bed: Bed | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await bed?.stop();
  bed = undefined;
});

function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port });
    sockets.push(socket);
    socket.on("error", reject);
    socket.once("connect", () => resolve(socket));
  });
}

/** Milliseconds between two acknowledgements of any device, the longest. */
async function longestGap(of: Bed, during: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await during();
  return of.books.longestSilence(from, performance.now()).ms;
}

describe("garbage on the listener of the active agent", () => {
  it("is refused, while good devices notice nothing", { timeout: 40_000 }, async () => {
    bed = await Bed.start({ devices: 12, everyMs: 50 });
    const active = await bed.active();
    const place = bed.plan.places.find((one) => one.name === active.agent);
    const port = place?.oslp["0.6.1"] ?? 0;
    const random = new SeededRandom(7);
    const hungUp = new Set<Socket>();
    const watch = (socket: Socket): Socket => {
      socket.resume();
      socket.once("close", () => hungUp.add(socket));
      return socket;
    };

    const gap = await longestGap(bed, async () => {
      // Noise of every length, in one piece and in crumbs.
      for (let i = 0; i < 40; i++) {
        const noise = Buffer.from(random.bytes(1 + random.below(2_000)));
        if (i % 2 === 0) (await dial(port)).end(noise);
        else watch(await dial(port)).write(noise);
      }
      // An envelope that announces more than anyone may send.
      const greedy = Buffer.alloc(400, 0x41);
      greedy.writeUInt16BE(0xffff, 142);
      watch(await dial(port)).write(greedy);
      // The beginning of an envelope, and then nothing; and one that comes a byte at a time.
      watch(await dial(port)).write(Buffer.alloc(143, 0x42));
      const slow = watch(await dial(port));
      for (let i = 0; i < 60; i++) {
        slow.write(Buffer.of(0x43));
        await pause(25);
      }
    });

    expect(gap).toBeLessThan(1_000);
    // Noise that cannot be an envelope is not waited on.
    await until("most of those who stayed were hung up on", () => hungUp.size >= 15, 10_000);
    expect(active.program.running).toBe(true);
    expect(active.log()).toMatch(/"msg":"refused"/);
    await bed.acknowledges(100, 5_000);
    await bed.settle();
    expect(await bed.judge(), bed.lastWords()).toMatchObject({ ok: true, violations: {}, epochs: 1 });
  });
});
