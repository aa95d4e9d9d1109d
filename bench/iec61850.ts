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
import type { IedDevice } from "../adapters/iec61850/device.ts";
import { reportReadings } from "../adapters/iec61850/mapping.ts";
import type { TypeDescription } from "../adapters/iec61850/mms/types.ts";
import type { EnabledReport } from "../adapters/iec61850/report/enable.ts";
import { PLAN_DEFAULTS, reportPattern } from "../adapters/iec61850/report/plan.ts";
import { ReportReceiver } from "../adapters/iec61850/report/receiver.ts";
import { encodePpdu } from "../adapters/iec61850/stack/presentation.ts";
import { encodeSpdu } from "../adapters/iec61850/stack/session.ts";
import { utf8 } from "../adapters/kit/bytes.ts";
import { toWall } from "../adapters/kit/time.ts";
import { SeededRandom } from "../adapters/kit/random.ts";
import { ServedIed } from "../firmware-sim/iec61850/fleet/served-ied.ts";
import { buildModel } from "../firmware-sim/iec61850/model/build.ts";
import { bayIcd } from "../firmware-sim/iec61850/models/bay.ts";
import type { Bench, BenchOutput } from "./bench.ts";
import { readOptions } from "./options.ts";
import { median, rounded } from "./statistics.ts";

const ROUNDS = 5;
const BATCH = 100;
const timers = new NodeTimers();

/** Our client against our simulated IED on the loopback, or against any server; and the codec alone. */
export const bench: Bench = {
  name: "iec61850",
  summary: "reads a second with one and with all negotiated requests under way, discovery, and the codec",
  async run(args, out) {
    const values = readOptions(args, {
      ms: { type: "string", default: "2000", about: "milliseconds for each figure" },
      external: { type: "string", about: "HOST:PORT of a server of yours instead of the simulator" },
      ref: { type: "string", default: "BAY1MEAS/MMXU1.TotW.mag.f[MX]", about: "what is read there" },
      outstanding: { type: "string", default: "5", about: "requests under way at once" },
    });
    const ms = Number(values.ms);
    const codec = { ...measureCodec(ms / 8, out), ...measureReports(ms / 8, out) };
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
  const listed = await rateOf(() => many.run(readAll(list)), 1, ms);
  const begun = timers.now();
  const asked = { rounds: 0, requests: 0 };
  const model = await many.run(counted(discover(), asked));
  const discovery = timers.now() - begun;
  await many.release();
  out.table([
    ["against the server", "per second", "processor µs"],
    ["reads, one request under way", rounded(sequential.perSecond, 0), rounded(sequential.micros, 0)],
    [`reads, ${outstanding} under way`, rounded(pipelined.perSecond, 0), rounded(pipelined.micros, 0)],
    ["reads of 50 values", rounded(listed.perSecond, 0), rounded(listed.micros, 0)],
  ]);
  const trips = `${asked.requests} requests in ${asked.rounds} rounds`;
  out.line(`discovery of ${nodesOf(model)} logical nodes: ${rounded(discovery, 1)} ms, ${trips}`);
  return {
    readsPerSecond: rounded(sequential.perSecond, 0),
    readMicros: rounded(sequential.micros, 0),
    outstanding,
    pipelinedReadsPerSecond: rounded(pipelined.perSecond, 0),
    pipelinedReadMicros: rounded(pipelined.micros, 0),
    listReadsPerSecond: rounded(listed.perSecond, 0),
    discoveryMs: rounded(discovery, 1),
    discoveryRequests: asked.requests,
    discoveryRounds: asked.rounds,
  };
}

/** The same procedure; requests of one round are under way together, as many as were negotiated. */
function* counted<Result>(
  procedure: Procedure<Result>,
  count: { rounds: number; requests: number },
): Procedure<Result> {
  let turn = procedure.next(NOTHING_YET);
  while (turn.done !== true) {
    if (turn.value.kind === "services") {
      count.rounds += 1;
      count.requests += turn.value.requests.length;
    }
    turn = procedure.next(yield turn.value);
  }
  return turn.value;
}

const NOTHING_YET = { kind: "done" } as const;

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

interface Rate {
  readonly perSecond: number;
  /** Processor time of one, µs: of this process, which has the simulated IED in it too unless the server is external. */
  readonly micros: number;
}

function readsPerSecond(connected: Connected, reference: Reference, lanes: number, ms: number): Promise<Rate> {
  return rateOf(() => connected.run(read(reference)), lanes, ms);
}

async function rateOf(act: () => Promise<unknown>, lanes: number, ms: number): Promise<Rate> {
  // Warms up.
  await run(act, lanes, ms / 4);
  const begun = process.cpuUsage();
  const { done, seconds } = await run(act, lanes, ms);
  const { user, system } = process.cpuUsage(begun);
  return { perSecond: done / seconds, micros: (user + system) / Math.max(1, done) };
}

async function run(act: () => Promise<unknown>, lanes: number, ms: number): Promise<{ done: number; seconds: number }> {
  let done = 0;
  const begun = timers.now();
  const lane = async (): Promise<void> => {
    for (; timers.now() < begun + ms; done++) await act();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { done, seconds: (timers.now() - begun) / 1_000 };
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

/** A report of twenty measured values, from its bytes to the message that is stored. */
function measureReports(ms: number, out: BenchOutput): Record<string, unknown> {
  const [, report] = PDUS.find(([name]) => name === "report of 20 values") ?? [];
  if (report === undefined) return {};
  const octets = encodeMms(report);
  const receiver = new ReportReceiver(IED);
  receiver.add(ENABLED);
  const all = nanoseconds(() => {
    const pdu = decodeMms(octets);
    const received = pdu.kind === "information-report" ? receiver.take(pdu.report, toWall(0)).received : undefined;
    return received === undefined ? undefined : reportReadings(received);
  }, ms);
  const share = (all * 1_000) / 1e9;
  out.line(
    `a report of 20 values to its message: ${rounded(all / 1e3, 0)} µs; 1000 a second are ${rounded(100 * share, 1)} % of one core`,
  );
  return { reportToMessageNs: rounded(all, 0) };
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
const MEASURED_TYPE: TypeDescription = {
  type: "structure",
  components: [
    {
      name: "mag",
      type: { type: "structure", components: [{ name: "f", type: { type: "float", width: 32, exponent: 8 } }] },
    },
    { name: "q", type: { type: "bit-string", size: -13 } },
    { name: "t", type: { type: "utc-time" } },
  ],
};
const IED: IedDevice = {
  uid: "bench",
  protocolId: "BAY1",
  profile: "generic",
  association: presetParameters("libiec61850"),
  reports: [],
  originator: { category: 3, identification: "bench" },
};
const ENABLED: EnabledReport = {
  control: { ld: "BAY1LD0", ln: "LLN0", fc: "RP", name: "urcb01", attributes: [] },
  plan: { ...PLAN_DEFAULTS, pattern: reportPattern("BAY1LD0/LLN0.urcb") },
  rptId: "Measurements",
  dataSet: "BAY1LD0/LLN0$Measurements",
  members: Array.from({ length: 20 }, (_, n) => ({
    reference: toReference(`BAY1MEAS/MMXU1.Val${n}[MX]`),
    type: MEASURED_TYPE,
    units: new Map(),
  })),
  confRev: undefined,
  bufferedUntil: undefined,
  isResynchronized: false,
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
          mmsBits("0011000000"),
          { type: "binary-time", ms: 1_000, days: 15_665 },
          mmsBits("1".repeat(20)),
          ...Array.from({ length: 20 }, () => MEASURED),
          ...Array.from({ length: 20 }, () => mmsBits("010000")),
        ],
      },
    },
  ],
];
