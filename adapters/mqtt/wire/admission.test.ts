import { createConnection, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Admission, TOGETHER } from "./admission.ts";

const COMERS = 100;

let server: Server | undefined;
const comers: Socket[] = [];
afterEach(() => {
  for (const one of comers.splice(0)) one.destroy();
  server?.close();
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("who waits at the door", () => {
  it("is let in before those who are there say more", async () => {
    const admission = new Admission();
    const saidWhen: number[] = [];
    let said = 0;
    const isIn = new Promise<void>((resolve) => {
      server = createServer((socket) => {
        comers.push(socket);
        admission.accepted();
        saidWhen.push(said);
        if (saidWhen.length === COMERS) resolve();
      });
    });
    await new Promise<void>((resolve) => server?.listen({ host: "127.0.0.1", port: 0, backlog: COMERS }, resolve));
    let isTalking = true;
    const say = (): void => {
      if (!isTalking || admission.holds(say)) return;
      said += 1;
      setImmediate(say);
    };
    say();
    const { port } = (server as unknown as Server).address() as AddressInfo;
    for (let i = 0; i < COMERS; i++) comers.push(createConnection({ host: "127.0.0.1", port }).on("error", () => {}));
    await isIn;
    isTalking = false;
    // One a turn, with something said in each of them, would be a hundred.
    expect((saidWhen.at(-1) ?? 0) - (saidWhen[0] ?? 0)).toBeLessThan(COMERS / 2);
  });

  it("does not keep those who are there from speaking, however many come", async () => {
    const admission = new Admission();
    let came = 0;
    const spoke: number[] = [];
    const speak = (): void => {
      spoke.push(came);
    };
    while (came < TOGETHER * 3) {
      came += 1;
      admission.accepted();
      admission.holds(speak);
      await turn();
    }
    expect(spoke.length).toBeGreaterThanOrEqual(3);
    const waits = spoke.map((at, index) => at - (spoke[index - 1] ?? 0));
    expect(Math.max(...waits)).toBeLessThanOrEqual(TOGETHER + 1);
  });

  it("holds nobody when nobody comes", async () => {
    const admission = new Admission();
    const resumed: string[] = [];
    expect(admission.holds(() => resumed.push("before"))).toBe(false);
    admission.accepted();
    const again = (): void => {
      resumed.push("after");
    };
    expect(admission.holds(again)).toBe(true);
    expect(admission.holds(again)).toBe(true);
    await turn();
    await turn();
    await turn();
    expect(resumed).toEqual(["after"]);
    expect(admission.holds(again)).toBe(false);
  });

  it("gives those who waited their turn some at a time, in order", async () => {
    const admission = new Admission();
    const spoke: number[] = [];
    admission.accepted();
    for (let i = 0; i < TOGETHER * 2; i++) expect(admission.holds(() => spoke.push(i))).toBe(true);
    while (spoke.length === 0) await turn();
    expect(spoke.length).toBe(TOGETHER);
    expect(admission.holds(() => spoke.push(TOGETHER * 2))).toBe(true);
    while (spoke.length <= TOGETHER * 2) await turn();
    expect(spoke).toEqual(Array.from({ length: TOGETHER * 2 + 1 }, (_, i) => i));
  });
});
