import { describe, expect, it } from "vitest";
import { Bench, behaviourOf } from "../client.testing.ts";

describe("an association with a simulated IED", () => {
  it("is accepted, negotiates, concludes and is released", () => {
    const bench = new Bench();
    const client = bench.client({ localDetail: 1_000 });
    expect(client.below).toEqual(["connect-confirm", "accept", "aare 0/0"]);
    expect(client.initiate).toMatchObject({ localDetail: 1_000, outstandingCalling: 5, nesting: 10, version: 1 });
    expect(client.ask({ service: "identify" })).toMatchObject({ vendor: "Busbar", model: "feeder bay", revision: "1" });
    expect(client.ask({ service: "status", extendedDerivation: false })).toMatchObject({ logical: 0, physical: 0 });
    client.release();
    expect(client.below.at(-1)).toBe("disconnect");
    expect(client.ended).toBe("done");
    expect(bench.lines("ended")).toMatchObject([{ association: 1, how: "concluded" }]);
    expect(bench.ied.associations.size).toBe(0);
  });

  it("wants the password it is configured with, and says what was wrong", () => {
    const bench = new Bench({ password: "secret" });
    expect(bench.client({ password: "secret" }).initiate).toBeDefined();
    expect(bench.client().below.slice(1)).toEqual(["refuse", "aare 1/14"]);
    const wrong = bench.client({ password: "wrong" });
    expect(wrong.below.slice(1)).toEqual(["refuse", "aare 1/13"]);
    expect(wrong.ended).toBe("done");
    expect(bench.lines("refused").map(({ why }) => why)).toEqual(["no password", "a wrong password"]);
  });

  it("is one of so many: whoever comes then is hung up on, until somebody leaves", () => {
    const bench = new Bench({ behaviours: [behaviourOf("two clients", { clients: 2 })] });
    const first = bench.client();
    const second = bench.client();
    expect([first.ended, second.ended]).toEqual([undefined, undefined]);
    const third = bench.client();
    expect(third.below).toEqual(["connect-confirm"]);
    expect(third.ended).toBe("done");
    first.close();
    expect(bench.client().initiate).toBeDefined();
  });

  it("ends with a fault that blames the peer, whatever it is that is wrong", () => {
    const bench = new Bench();
    const codeOf = (bytes: readonly number[]): unknown => {
      const client = bench.dial();
      client.send(Uint8Array.from(bytes));
      return typeof client.ended === "object" && { code: client.ended.code, blame: client.ended.blame };
    };
    expect(codeOf([2, 0, 0, 7, 2, 0xf0, 0x80])).toEqual({ code: "iec61850.tpkt.malformed", blame: "device" });
    expect(codeOf([3, 0, 0, 8, 2, 0xf0, 0x80, 1])).toEqual({
      code: "iec61850.association.unexpected",
      blame: "device",
    });
    expect(codeOf([3, 0, 0, 8, 3, 0x10, 0x80, 1])).toMatchObject({ blame: "device" });
  });

  it("answers what it cannot read or does not have with a reject, and goes on", () => {
    const client = new Bench().client();
    client.mms(Uint8Array.of(0xa0, 0x7f));
    expect(client.take()).toEqual([{ kind: "reject", invokeId: undefined, rejected: "pdu-error", reason: 1 }]);
    const unknown = { service: "unknown", tag: 80, constructed: false, content: new Uint8Array(0) } as const;
    expect(client.answerTo(unknown)).toMatchObject({ kind: "reject", rejected: "confirmed-request", reason: 1 });
    expect(client.ask({ service: "identify" }).vendor).toBe("Busbar");
  });

  it("takes bytes in any pieces, and gives the same bytes for the same seed", () => {
    const run = (cut: number): string => {
      const bench = new Bench();
      const client = bench.dial();
      const whole: Uint8Array[] = [];
      const send = client.send.bind(client);
      client.send = (bytes) => {
        for (let at = 0; at < bytes.length; at += cut) send(bytes.subarray(at, at + cut));
      };
      const step = client.step.bind(client);
      client.step = (one) => {
        whole.push(...one.send);
        step(one);
      };
      client.connect();
      client.ask({ service: "identify" });
      client.read("BAY1CTRL/CSWI1$ST$Pos");
      return whole.map((bytes) => [...bytes].join(",")).join(",");
    };
    expect(run(1)).toBe(run(100_000));
    expect(run(7)).toBe(run(1));
  });

  it("is reassembled from fragments, and cut into those the peer takes", () => {
    const bench = new Bench();
    const client = bench.client({ tpduSize: 7 });
    const frames: number[] = [];
    const step = client.step.bind(client);
    client.step = (one) => {
      frames.push(...one.send.map(({ length }) => length));
      step(one);
    };
    const names = client.ask({
      service: "get-name-list",
      objectClass: 0,
      scope: { scope: "domain", domain: "BAY1CTRL" },
    });
    expect(names.names.length).toBeGreaterThan(300);
    expect(Math.max(...frames)).toBe(4 + 128);
  });
});
