import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cable, type Traffic } from "./cable.ts";
import { BLACK_HOLE, ONE_WAY, SEVERED, slow } from "./conditions.ts";
import { pause, until } from "./until.ts";

const PATIENCE_MS = 3_000;
/** Long enough for bytes on loopback to arrive, if they were let through. */
const QUIET_MS = 120;

interface End {
  readonly socket: Socket;
  heard: string;
  ended: boolean;
  closed: boolean;
  error: string | undefined;
}

function watch(socket: Socket): End {
  const end: End = { socket, heard: "", ended: false, closed: false, error: undefined };
  socket.on("data", (bytes) => {
    end.heard += bytes.toString();
  });
  socket.on("end", () => {
    end.ended = true;
  });
  socket.on("close", () => {
    end.closed = true;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    end.error = error.code;
  });
  return end;
}

describe("a cable", () => {
  let server: Server;
  let port = 0;
  const accepted: End[] = [];
  const opened: End[] = [];
  let cable: Cable;
  const traffic: Traffic[] = [];

  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(watch(socket)));
    await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, () => resolve()));
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
    cable = await Cable.open({ target: () => ({ host: "127.0.0.1", port }), onTraffic: (one) => traffic.push(one) });
  });

  afterEach(async () => {
    for (const { socket } of [...accepted.splice(0), ...opened.splice(0)]) socket.destroy();
    traffic.length = 0;
    await cable.close();
    await new Promise((resolve) => server.close(resolve));
  });

  function dial(at: number = cable.port): End {
    const end = watch(connect({ host: "127.0.0.1", port: at, allowHalfOpen: true }));
    opened.push(end);
    return end;
  }

  /** Both ends of a connection through the cable. */
  async function pair(): Promise<{ readonly near: End; readonly far: End }> {
    const near = dial();
    const before = accepted.length;
    await until("the far end has accepted", () => accepted.length > before, PATIENCE_MS);
    const far = accepted.at(-1);
    if (far === undefined) throw new Error("nobody accepted");
    return { near, far };
  }

  it("hands on bytes, ends and resets, and counts the bytes", async () => {
    const { near, far } = await pair();
    near.socket.write("there");
    far.socket.write("and back");
    await until("both have heard", () => far.heard === "there" && near.heard === "and back", PATIENCE_MS);
    expect(traffic.map(({ direction, bytes }) => `${direction} ${bytes}`).sort()).toEqual(["back 8", "forth 5"]);

    near.socket.end();
    await until("the end has arrived", () => far.ended, PATIENCE_MS);
    expect(far.closed).toBe(false);
    far.socket.write("!");
    await until("a half-closed connection still carries", () => near.heard === "and back!", PATIENCE_MS);
    far.socket.resetAndDestroy();
    await until("the reset has arrived", () => near.error === "ECONNRESET", PATIENCE_MS);
    await until("nothing is kept", () => cable.connections === 0, PATIENCE_MS);
  });

  it("holds everything in a black hole, resets too, and hands it on when healed", async () => {
    const { near, far } = await pair();
    cable.set(undefined, BLACK_HOLE);
    near.socket.write("question");
    far.socket.resetAndDestroy();
    const stranger = dial();
    await pause(QUIET_MS);
    expect([near.heard, near.closed, near.error, far.heard]).toEqual(["", false, undefined, ""]);
    expect([stranger.closed, accepted.length]).toEqual([false, 1]);

    cable.heal();
    await until("the reset has arrived", () => near.error === "ECONNRESET", PATIENCE_MS);
    const again = await pair();
    again.near.socket.write("hello");
    await until("new connections pass", () => again.far.heard === "hello", PATIENCE_MS);
  });

  it("lets requests through and no answers, one way", async () => {
    const { near, far } = await pair();
    cable.set(undefined, ONE_WAY);
    near.socket.write("question");
    await until("the question has arrived", () => far.heard === "question", PATIENCE_MS);
    far.socket.write("answer");
    await pause(QUIET_MS);
    expect(near.heard).toBe("");
    cable.heal();
    await until("the answer has arrived", () => near.heard === "answer", PATIENCE_MS);
  });

  it("resets open connections and new ones while it is severed", async () => {
    const { near, far } = await pair();
    cable.set(undefined, SEVERED);
    cable.cut();
    await until("both ends were reset", () => near.error === "ECONNRESET" && far.error === "ECONNRESET", PATIENCE_MS);
    const refused = dial();
    await until("a new one is reset", () => refused.error === "ECONNRESET", PATIENCE_MS);
    expect(accepted).toHaveLength(1);
  });

  it("delays in both directions and keeps the order", async () => {
    const { near, far } = await pair();
    cable.set(undefined, slow(80));
    const from = performance.now();
    near.socket.write("a");
    await pause(10);
    near.socket.write("b");
    near.socket.end();
    await until("the end has arrived", () => far.ended, PATIENCE_MS);
    expect(far.heard).toBe("ab");
    expect(performance.now() - from).toBeGreaterThanOrEqual(80);
  });

  it("can lose the far end without telling the near one", async () => {
    const { near, far } = await pair();
    cable.orphan();
    await until("the far end is gone", () => far.closed, PATIENCE_MS);
    near.socket.write("into nothing");
    await pause(QUIET_MS);
    expect([near.closed, near.error]).toEqual([false, undefined]);
  });

  it("gives bad weather to one of several who use it", async () => {
    const owned = await Cable.open({
      host: "0.0.0.0",
      target: () => ({ host: "127.0.0.1", port }),
      ownerOf: (client) => (client.localAddress === "127.0.0.7" ? "us" : "them"),
    });
    const dialAs = (host: string): End => {
      const end = watch(connect({ host, port: owned.port }));
      opened.push(end);
      return end;
    };
    owned.set("them", SEVERED);
    const ours = dialAs("127.0.0.7");
    const theirs = dialAs("127.0.0.8");
    await until(
      "ours passes and theirs is reset",
      () => accepted.length === 1 && theirs.error === "ECONNRESET",
      PATIENCE_MS,
    );
    owned.cut("them");
    await pause(QUIET_MS);
    expect(ours.closed).toBe(false);
    owned.cut("us");
    await until("ours was cut", () => ours.error === "ECONNRESET", PATIENCE_MS);
    await owned.close();
  });
});
