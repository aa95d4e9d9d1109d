import { parseArgs } from "node:util";
import { Driver } from "../adapters/io/drive.ts";
import { NodeTimers } from "../adapters/io/node/clock.ts";
import { dial } from "../adapters/io/node/dial.ts";
import { discover } from "../adapters/iec61850/acsi/discover.ts";
import { read, readAll } from "../adapters/iec61850/acsi/variables.ts";
import { presetParameters } from "../adapters/iec61850/association/parameters.ts";
import { type ClientOutcome, IedClient } from "../adapters/iec61850/client.ts";
import { decodeTsdu } from "../adapters/iec61850/layers.ts";
import { mmsBits, type MmsData } from "../adapters/iec61850/mms/data.ts";
import { decodeMms } from "../adapters/iec61850/mms/decode.ts";
import { encodeMms } from "../adapters/iec61850/mms/encode.ts";
import { domainName } from "../adapters/iec61850/mms/names.ts";
import type { MmsPdu } from "../adapters/iec61850/mms/pdu.ts";
import { type Reference, toReference } from "../adapters/iec61850/model/reference.ts";
import type { IedModel } from "../adapters/iec61850/model/tree.ts";
import type { Procedure } from "../adapters/iec61850/procedure.ts";
import { readScl } from "../adapters/iec61850/scl/read.ts";
import { encodePpdu } from "../adapters/iec61850/stack/presentation.ts";
import { encodeSpdu } from "../adapters/iec61850/stack/session.ts";
import { utf8 } from "../adapters/kit/bytes.ts";
import { SeededRandom } from "../adapters/kit/random.ts";
import { ServedIed } from "../firmware-sim/iec61850/fleet/served-ied.ts";
import { buildModel } from "../firmware-sim/iec61850/model/build.ts";
import { bayIcd } from "../firmware-sim/iec61850/models/bay.ts";
import type { Bench, BenchOutput } from "./bench.ts";
import { median, rounded } from "./statistics.ts";

const ROUNDS = 5;
const BATCH = 100;
const timers = new NodeTimers();

/** Our client against our simulated IED on the loopback, or against any server; and the codec alone. */
export const bench: Bench = {
  name: "iec61850",
  summary: "reads a second with one and with all negotiated requests under way, discovery, and the codec",
  async run(args, out) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ms: { type: "string", default: "2000" },
        external: { type: "string" },
        ref: { type: "string", default: "BAY1MEAS/MMXU1.TotW.mag.f[MX]" },
        outstanding: { type: "string", default: "5" },
      },
    });
    const ms = Number(values.ms);
    const codec = measureCodec(ms / 8, out);
    const reference = toReference(values.ref);
    const outstanding = Number(values.outstanding);
    if (values.external !== undefined) {
      const [host = "", port = "102"] = values.external.split(":");
      return { ...codec, ...(await measureServer({ host, port: Number(port), reference, outstanding, ms }, out)) };
    }
    const served = servedBay();
    await served.start();
    try {
      const where = { host: "127.0.0.1", port: served.port, reference, outstanding, ms };
      return { ...codec, ...(await measureServer(where, out)) };
    } finally {
      await served.stop();
    }
  },
};

interface ServerWhere {
  readonly host: string;
  readonly port: number;
  readonly reference: Reference;
  readonly outstanding: number;
  readonly ms: number;
}

async function measureServer(where: ServerWhere, out: BenchOutput): Promise<Record<string, unknown>> {
  const { reference, ms } = where;
  const one = await connect({ ...where, outstanding: 1 });
  const sequential = await readsPerSecond(one, reference, 1, ms);
  await one.release();
  const many = await connect(where);
  const { outstanding } = many;
  const pipelined = await readsPerSecond(many, reference, outstanding, ms);
  const list = Array.from({ length: 50 }, () => reference);
  const listed = (await perSecond(() => many.run(readAll(list)), 1, ms)) * list.length;
  const begun = timers.now();
  const model = await many.run(discover());
  const discovery = timers.now() - begun;
  await many.release();
  out.table([
    ["against the server", "per second"],
    ["reads, one request under way", rounded(sequential, 0)],
    [`reads, ${outstanding} under way`, rounded(pipelined, 0)],
    ["values, 50 in a read", rounded(listed, 0)],
  ]);
  out.line(`discovery of ${nodesOf(model)} logical nodes: ${rounded(discovery, 1)} ms`);
  return {
    readsPerSecond: rounded(sequential, 0),
    outstanding,
    pipelinedReadsPerSecond: rounded(pipelined, 0),
    listedValuesPerSecond: rounded(listed, 0),
    discoveryMs: rounded(discovery, 1),
  };
}

/** What carries procedures, and ends. */
interface Connected {
  /** What was negotiated. */
  readonly outstanding: number;
  run<Result>(procedure: Procedure<Result>): Promise<Result>;
  release(): Promise<unknown>;
}

async function connect({ host, port, outstanding }: ServerWhere): Promise<Connected> {
  const transport = await dial({ host, port, timeoutMs: 5_000 });
  const timeouts = { associateMs: 5_000, requestMs: 10_000, releaseMs: 1_000 };
  const client = new IedClient({ ...presetParameters("libiec61850"), outstanding }, timeouts);
  let settle: (settled: number) => void = () => {};
  const associated = new Promise<number>((resolve) => {
    settle = resolve;
  });
  const driver: Driver<ClientOutcome> = new Driver<ClientOutcome>({
    machine: client,
    transport,
    timers,
    permit: () => true,
    isDuplex: true,
    take: (outcome) => {
      if (outcome.kind === "associated") settle(outcome.settled.outstanding);
    },
  });
  const over = driver.run();
  const settled = await Promise.race([associated, over]);
  if (typeof settled !== "number") throw settled;
  return {
    outstanding: settled,
    run: (procedure) =>
      new Promise((resolve, reject) => {
        driver.input((now) => client.run(procedure, (end) => (end.ok ? resolve(end.result) : reject(end.fault)), now));
      }),
    release: () => {
      driver.input((now) => client.release(now));
      return over;
    },
  };
}

function readsPerSecond(connected: Connected, reference: Reference, lanes: number, ms: number): Promise<number> {
  return perSecond(() => connected.run(read(reference)), lanes, ms);
}

async function perSecond(act: () => Promise<unknown>, lanes: number, ms: number): Promise<number> {
  let done = 0;
  let from = timers.now() + ms / 4;
  const until = from + ms;
  const lane = async (): Promise<void> => {
    while (timers.now() < until) {
      await act();
      if (timers.now() >= from) done += 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  from = Math.max(1, timers.now() - from);
  return (done * 1_000) / from;
}

function measureCodec(ms: number, out: BenchOutput): Record<string, unknown> {
  const rows: (string | number)[][] = [["PDU", "octets", "encode ns", "decode ns", "decode MB/s", "whole stack ns"]];
  const figures: Record<string, unknown> = {};
  for (const [name, pdu] of PDUS) {
    const octets = encodeMms(pdu);
    const ppdu = encodePpdu({ kind: "data", pdvs: [{ context: 3, data: octets }] });
    const tsdu = encodeSpdu({ kind: "data", userData: ppdu });
    const encode = nanoseconds(() => encodeMms(pdu), ms);
    const decode = nanoseconds(() => decodeMms(octets), ms);
    const stack = nanoseconds(() => decodeTsdu(tsdu), ms);
    const speed = rounded((octets.length * 1e3) / decode, 1);
    rows.push([name, octets.length, rounded(encode, 0), rounded(decode, 0), speed, rounded(stack, 0)]);
    figures[name] = {
      octets: octets.length,
      encodeNs: rounded(encode, 0),
      decodeNs: rounded(decode, 0),
      decodeMBs: speed,
    };
  }
  out.table(rows);
  return figures;
}

/** Processor time: a busy machine makes it wait, and waiting is not what is measured. */
function nanoseconds(act: () => unknown, ms: number): number {
  const samples: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const begun = process.cpuUsage();
    let times = 0;
    let spent = 0;
    while (spent * ROUNDS < ms * 1e3) {
      for (let n = 0; n < BATCH; n++) kept = act();
      times += BATCH;
      const { user, system } = process.cpuUsage(begun);
      spent = user + system;
    }
    if (round > 0) samples.push((spent * 1e3) / times);
  }
  if (kept === undefined) throw new Error("what was measured was not done");
  return median(samples);
}

/** So that nothing measured can be left out. */
let kept: unknown;

function servedBay(): ServedIed {
  return new ServedIed({
    timers,
    host: "127.0.0.1",
    port: 0,
    settings: {
      model: buildModel(readScl(utf8(bayIcd("BAY1")), "bay.icd")),
      behaviours: [],
      random: new SeededRandom(1),
      wall: () => timers.wall(),
    },
  });
}

function nodesOf(model: IedModel): number {
  return [...model.devices.values()].reduce((sum, one) => sum + one.nodes.size, 0);
}

const MEASURED: MmsData = {
  type: "structure",
  items: [
    { type: "structure", items: [{ type: "float", value: 50.01, width: 32 }] },
    mmsBits("0".repeat(13)),
    { type: "utc-time", seconds: 1_795_219_200, fraction: 0, quality: 10 },
  ],
};
const NAME = domainName("BAY1MEAS", "MMXU1$MX$TotW$mag$f");
const PDUS: readonly (readonly [string, MmsPdu])[] = [
  [
    "read request",
    {
      kind: "confirmed-request",
      invokeId: 100,
      request: { service: "read", specification: { kind: "variables", variables: [{ name: NAME }] } },
    },
  ],
  ["read response", { kind: "confirmed-response", invokeId: 100, response: { service: "read", results: [MEASURED] } }],
  [
    "report of 20 values",
    {
      kind: "information-report",
      report: {
        specification: { kind: "list", list: { scope: "vmd", item: "RPT" } },
        results: [
          { type: "visible-string", value: "Measurements" },
          mmsBits("0111101110"),
          { type: "unsigned", value: 7 },
          { type: "binary-time", ms: 1_000, days: 15_665 },
          mmsBits("1".repeat(20)),
          ...Array.from({ length: 20 }, () => MEASURED),
          ...Array.from({ length: 20 }, () => mmsBits("010000")),
        ],
      },
    },
  ],
];
