import { describe, expect, it } from "vitest";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { SeededRandom } from "../../../adapters/kit/random.ts";
import { decodeFrame, decodeTsdu } from "../../../adapters/iec61850/layers.ts";
import type { MmsData } from "../../../adapters/iec61850/mms/data.ts";
import type { MmsPdu } from "../../../adapters/iec61850/mms/pdu.ts";
import { FRAMES, frame, hex, recording } from "../../../adapters/iec61850/vectors.testing.ts";
import { lightsStreets } from "../behaviours/lights-streets.ts";
import { Bench, type BenchOptions } from "../client.testing.ts";
import { bayIcd } from "../models/bay.ts";
import { streetLightIcd } from "../models/street-light.ts";

/** Clients of others, as they were recorded, against our simulated IED: libiec61850's, and the platform GXF's. */
const SIMPLE_IO: string = bayIcd("simpleIO")
  .replaceAll('inst="CTRL"', 'inst="GenericIO"')
  .replaceAll('ldInst="CTRL"', 'ldInst="GenericIO"');

function mmsOf(bytes: Uint8Array): MmsPdu | undefined {
  const cotp = decodeFrame(bytes);
  return cotp.kind === "data" && cotp.last ? decodeTsdu(cotp.payload).mms : undefined;
}

/** What a PDU is, without the values in it: kind, number, service, results by success and type. */
function shapeOf(pdu: MmsPdu): unknown {
  switch (pdu.kind) {
    case "confirmed-response": {
      const { response } = pdu;
      if (response.service === "write") return ["write", pdu.invokeId, ...response.results.map(({ ok }) => ok)];
      if (response.service === "read")
        return [
          "read",
          pdu.invokeId,
          ...response.results.map((one) => (one.type === "failure" ? `!${one.error}` : typeShape(one))),
        ];
      return [response.service, pdu.invokeId];
    }
    case "information-report": {
      const { specification } = pdu.report;
      const names =
        specification.kind === "variables"
          ? specification.variables.map(({ name }) => name.item)
          : [specification.list.item];
      return ["report", ...names];
    }
    default:
      return [pdu.kind, "invokeId" in pdu ? pdu.invokeId : undefined];
  }
}

function typeShape(data: MmsData): string {
  return data.type === "structure" || data.type === "array" ? `{${data.items.map(typeShape).join()}}` : data.type;
}

/** The recorded requests, one after the other; the shapes of all that came back for each. */
function replay(options: BenchOptions, requests: readonly { readonly name: string; readonly hex: string }[]) {
  const bench = new Bench(options);
  const client = bench.dial();
  client.send(frame("basic/00-associate-req"));
  client.send(frame("basic/02-associate-req"));
  expect(client.below).toEqual(["connect-confirm", "accept", "aare 0/0"]);
  return requests.map(({ name, hex: bytes }) => {
    client.send(hex(bytes));
    bench.pass(100);
    return { name, came: client.take().map(shapeOf) };
  });
}

/** The same of the server that was recorded: all it said until the next request. */
function recorded(prefix: string, until: number = Number.POSITIVE_INFINITY) {
  const turns: { name: string; hex: string; came: unknown[] }[] = [];
  for (const one of recording(prefix)) {
    if (Number(/\/(\d+)/.exec(one.name)?.[1]) > until) break;
    const pdu = mmsOf(hex(one.hex));
    if (pdu === undefined || pdu.kind.startsWith("initiate-")) continue;
    if (one.direction === "client->server") turns.push({ ...one, came: [] });
    else turns.at(-1)?.came.push(shapeOf(pdu));
  }
  return turns;
}

describe("a client of others", () => {
  it("operates in every control model, and sees what it saw of the server it was recorded with", () => {
    const turns = recorded("control", 37);
    expect(turns.length).toBeGreaterThan(15);
    const came = replay({ icd: SIMPLE_IO }, turns);
    expect(came).toEqual(turns.map(({ name, came: before }) => ({ name, came: before })));
  });

  it("sets a street light as GXF does: every write succeeds, every value has the type it had", () => {
    const turns = recorded("gxf");
    expect(turns.length).toBeGreaterThan(20);
    const came = replay({ icd: streetLightIcd(), behaviours: [lightsStreets()] }, turns);
    const answers = (list: readonly unknown[]): unknown[] =>
      list.filter((one) => Array.isArray(one) && one[0] !== "report");
    expect(came.map((one) => ({ name: one.name, came: answers(one.came) }))).toEqual(
      turns.map(({ name, came: before }) => ({ name, came: answers(before) })),
    );
    expect(
      came.flatMap((one) => one.came).filter((one) => Array.isArray(one) && one[0] === "report").length,
    ).toBeGreaterThan(0);
  });

  it.each(["basic", "urcb", "brcb", "files"])("gets an answer to everything it asks (%s)", (prefix) => {
    const turns = recorded(prefix);
    for (const { name, came } of replay({ icd: SIMPLE_IO }, turns)) {
      const invokeId = mmsOf(frame(name));
      if (invokeId?.kind !== "confirmed-request" || invokeId.request.service === "obtain-file") continue;
      const numbers = came.map((one) => (Array.isArray(one) ? one[1] : undefined));
      expect([name, numbers.includes(invokeId.invokeId)]).toEqual([name, true]);
    }
  });
});

describe("a peer that sends anything", () => {
  it("ends its own association with a fault that blames it, and never more than that", () => {
    const random = new SeededRandom(7);
    const requests = FRAMES.filter((one) => one.direction === "client->server" && one.hex !== "").map((one) =>
      hex(one.hex),
    );
    const bench = new Bench({ icd: SIMPLE_IO });
    let ends = 0;
    for (let round = 0; round < 300; round++) {
      const client = bench.dial();
      client.send(frame("basic/00-associate-req"));
      if (random.chance({ times: 3, of: 4 })) client.send(frame("basic/02-associate-req"));
      for (let n = 0; n < 6 && client.ended === undefined; n++) {
        const bytes = Uint8Array.from(random.pick(requests) ?? []);
        for (let flips = random.below(4); flips > 0; flips--) bytes[random.below(bytes.length)] = random.u32() & 0xff;
        client.send(bytes);
      }
      if (client.ended instanceof EdgeError) {
        ends += 1;
        expect(client.ended.blame).toBe("device");
      }
      if (client.ended === undefined) client.close();
    }
    expect(ends).toBeGreaterThan(20);
    expect(bench.ied.associations.size).toBe(0);
    expect(bench.client().ask({ service: "identify" }).vendor).toBe("Busbar");
  });
});
