import { describe, expect, it } from "vitest";
import { decodeFrame } from "../../../adapters/dlms/hdlc/frame.ts";
import { GENEROUS_PROPOSAL } from "../../../adapters/dlms/hdlc/link-settings.ts";
import type { LinkParameters } from "../../../adapters/dlms/hdlc/negotiation.ts";
import { SeededRandom } from "../../../adapters/kit/random.ts";
import { LinkPair, type Weather } from "./link.testing.ts";

const octets = (length: number, from = 0): Uint8Array => Uint8Array.from({ length }, (_, at) => (at + from) & 0xff);
const echo = (apdu: Uint8Array): { apdu: Uint8Array } => ({ apdu: apdu.slice().reverse() });

const kinds = (pair: LinkPair): string[] =>
  pair.line.map(({ from, octets: frame }) => {
    const { control, segmented } = decodeFrame(frame.slice(1, -1));
    const numbers =
      control.kind === "I"
        ? ` ${control.sendNumber},${control.receiveNumber}`
        : "receiveNumber" in control
          ? ` ${control.receiveNumber}`
          : "";
    return `${from === "client" ? ">" : "<"} ${control.kind}${numbers}${control.poll ? " P" : ""}${segmented ? " more" : ""}`;
  });

describe("an HDLC link between the client and a simulated meter", () => {
  it("opens, carries an APDU each way, and closes", () => {
    const pair = new LinkPair({ answer: echo }).open();
    expect(pair.last?.state).toBe("open");
    pair.send(octets(10)).close();
    expect(pair.last).toMatchObject({ state: "closed", fault: undefined });
    expect([pair.atServer, pair.atClient]).toEqual([[octets(10)], [octets(10).reverse()]]);
    expect(kinds(pair)).toEqual(["> SNRM P", "< UA P", "> I 0,0 P", "< I 0,1 P", "> DISC P", "< UA P"]);
  });

  it("cuts what does not fit into segments, both ways, one frame a window", () => {
    const pair = new LinkPair({ answer: echo }).open().send(octets(300));
    expect(pair.atClient).toEqual([octets(300).reverse()]);
    expect(kinds(pair).slice(2)).toEqual([
      "> I 0,0 P more",
      "< RR 1 P",
      "> I 1,0 P more",
      "< RR 2 P",
      "> I 2,0 P",
      "< I 0,3 P more",
      "> RR 1 P",
      "< I 1,3 P more",
      "> RR 2 P",
      "< I 2,3 P",
    ]);
  });

  it("fills the window that was agreed, in frames of the size that was", () => {
    const offer: LinkParameters = {
      informationTransmitMax: 64,
      informationReceiveMax: 40,
      windowTransmit: 3,
      windowReceive: 2,
    };
    const pair = new LinkPair({ answer: echo, offer, client: { proposal: GENEROUS_PROPOSAL } }).open();
    expect(pair.client.parameters).toEqual({
      informationTransmitMax: 40,
      informationReceiveMax: 64,
      windowTransmit: 2,
      windowReceive: 3,
    });
    pair.send(octets(200));
    expect(pair.atClient).toEqual([octets(200).reverse()]);
    expect(kinds(pair).slice(2)).toEqual([
      "> I 0,0 more",
      "> I 1,0 P more",
      "< RR 2 P",
      "> I 2,0 more",
      "> I 3,0 P more",
      "< RR 4 P",
      "> I 4,0 more",
      "> I 5,0 P",
      "< I 0,6 more",
      "< I 1,6 more",
      "< I 2,6 P more",
      "> RR 3 P",
      "< I 3,6 P",
    ]);
  });

  it("polls a meter that takes its time", () => {
    const pair = new LinkPair({ answer: (apdu) => ({ apdu, afterMs: 25_000 }) }).open();
    pair.send(octets(5)).run(() => pair.atClient.length > 0);
    expect([pair.atClient, pair.atServer]).toEqual([[octets(5)], [octets(5)]]);
    expect(pair.now).toBeGreaterThanOrEqual(25_000);
  });

  it("hears a push between its own requests", () => {
    const pair = new LinkPair({ answer: echo }).open().push(octets(20));
    expect(pair.atClient).toEqual([octets(20)]);
    pair.send(octets(3));
    expect(pair.atClient).toHaveLength(2);
  });

  it("gives up a meter that is not there, after it asked as often as it was told", () => {
    const pair = new LinkPair({ answer: echo, weather: () => [], client: { retriesMax: 2, responseTimeoutMs: 1_000 } });
    pair.open().run();
    expect(pair.last).toMatchObject({ state: "closed", fault: { code: "hdlc.link.unanswered", blame: "network" } });
    expect([pair.now, kinds(pair)]).toEqual([3_000, ["> SNRM P", "> SNRM P", "> SNRM P"]]);
  });

  it("is told when the meter has left the link", () => {
    const pair = new LinkPair({ answer: echo }).open();
    pair.run(() => !pair.server.isConnected);
    expect(pair.now).toBe(120_000);
    pair.send(octets(3));
    expect(pair.last).toMatchObject({ state: "closed", fault: { code: "hdlc.link.refused" } });
  });

  it("is kept open where that is wanted", () => {
    const pair = new LinkPair({ answer: echo, client: { keepAliveMs: 60_000 } }).open().run(() => false, 500_000);
    expect(pair.server.isConnected).toBe(true);
  });

  it("with more octets than were agreed is rejected", () => {
    const weather: Weather = (frame, to) => {
      // A line that tells the client the meter takes more than it does.
      if (to === "client" && decodeFrame(frame.slice(1, -1)).control.kind === "UA") {
        const [ua] = bigUa;
        return ua === undefined ? [] : [ua];
      }
      return [frame];
    };
    const other = new LinkPair({
      answer: echo,
      client: { proposal: GENEROUS_PROPOSAL },
      offer: GENEROUS_PROPOSAL,
    }).open();
    const bigUa = other.line.filter(({ from }) => from === "server").map((one) => one.octets);
    const pair = new LinkPair({ answer: echo, weather, client: { proposal: GENEROUS_PROPOSAL } })
      .open()
      .send(octets(500));
    expect(pair.last).toMatchObject({ state: "closed", fault: { code: "hdlc.link.rejected" } });
  });

  const CASES = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((seed) =>
    (["poll", "repeat"] as const).map((recovery) => ({ seed, recovery })),
  );
  it.each(CASES)("loses nothing and doubles nothing on a bad line (seed $seed, $recovery)", ({ seed, recovery }) => {
    const random = new SeededRandom(seed);
    const weather: Weather = (frame) => {
      if (random.chance({ times: 1, of: 5 })) return [];
      if (random.chance({ times: 1, of: 8 })) {
        const bad = frame.slice();
        bad[random.below(bad.length)] = random.below(256);
        return [bad];
      }
      return random.chance({ times: 1, of: 8 }) ? [random.bytes(20), frame] : [frame];
    };
    const offer: LinkParameters = {
      informationTransmitMax: 50,
      informationReceiveMax: 50,
      windowTransmit: 3,
      windowReceive: 3,
    };
    const client = { proposal: GENEROUS_PROPOSAL, responseTimeoutMs: 500, retriesMax: 40, recovery };
    const pair = new LinkPair({ answer: echo, weather, offer, client });
    pair.open().run(() => pair.last?.state === "open");
    const sent: Uint8Array[] = [];
    for (let i = 0; i < 20; i++) {
      const apdu = octets(random.between(1, 400), i);
      sent.push(apdu);
      pair.send(apdu).run(() => pair.atClient.length > i || pair.last?.state === "closed", 10_000_000);
    }
    expect(pair.last?.fault).toBeUndefined();
    expect(pair.atServer).toEqual(sent);
    expect(pair.atClient).toEqual(sent.map((apdu) => apdu.slice().reverse()));
  });
});
