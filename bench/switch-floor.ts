import { connect, createServer, type Socket } from "node:net";
import { cpuUsage } from "node:process";
import type { Redis } from "ioredis";
import { costOfBareJobs } from "./bare-jobs.ts";
import { rounded } from "./statistics.ts";

/** Processor time, µs, of the least a switched light needs besides its signatures, with nothing of ours in it. */
export interface SwitchFloor {
  /** A connection, a request and an answer of the size of an envelope, both ends, with Node's own sockets. */
  readonly connection: number;
  /** A job of the size of a command added with BullMQ's `addBulk` and taken and finished by its worker, both ends. */
  readonly job: number;
  readonly jobInRedis: number;
}

const ENVELOPE_BYTES = 160;
const COMMAND_BYTES = 300;
const EXCHANGES = 3_000;
const AT_ONCE = 256;
const JOBS = 3_000;
const PER_CALL = 100;
const KEPT = { removeOnComplete: { age: 3_600, count: 5_000 } };

/** Both by processor time, after as many that are not counted: the first thousands are compiled on the way. */
export async function measureFloor(port: number, admin: Redis): Promise<SwitchFloor> {
  const connection = await costOfExchanges();
  const data = { command: "x".repeat(COMMAND_BYTES) };
  const commands = { data, opts: KEPT, jobs: JOBS, perCall: PER_CALL, atOnce: AT_ONCE };
  const { job, inRedis } = await costOfBareJobs(commands, port, admin);
  return { connection: rounded(connection, 1), job: rounded(job, 1), jobInRedis: rounded(inRedis, 1) };
}

async function costOfExchanges(): Promise<number> {
  const answer = new Uint8Array(ENVELOPE_BYTES).fill(2);
  const server = createServer((socket) => socket.once("data", () => socket.end(answer)).on("error", () => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const request = new Uint8Array(ENVELOPE_BYTES).fill(1);
  const exchange = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket: Socket = connect({ host: "127.0.0.1", port, noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => socket.write(request));
      socket.on("data", () => undefined);
      socket.once("close", () => resolve());
    });
  let left = 0;
  const exchangeOn = async (): Promise<void> => {
    while (left-- > 0) await exchange();
  };
  const exchangeAll = (): Promise<unknown> => {
    left = EXCHANGES;
    return Promise.all(Array.from({ length: AT_ONCE }, exchangeOn));
  };
  try {
    await exchangeAll();
    const from = cpuUsage();
    await exchangeAll();
    const { user, system } = cpuUsage(from);
    return (user + system) / EXCHANGES;
  } finally {
    server.close();
  }
}
