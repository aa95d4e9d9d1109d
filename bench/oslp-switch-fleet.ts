import { NodeTimers } from "../adapters/io/node/clock.ts";
import { KeyStore } from "../adapters/io/node/keys.ts";
import { DeviceBooks } from "../firmware-sim/bed/device-books.ts";
import { Fleet, type FleetPlan, planFleet } from "../firmware-sim/oslp/fleet/fleet.ts";
import { reportsStatus } from "../firmware-sim/oslp/behaviours/reports-status.ts";
import { resumesSchedule } from "../firmware-sim/oslp/behaviours/resumes-schedule.ts";
import { switchesLights } from "../firmware-sim/oslp/behaviours/switches-lights.ts";
import type { DeviceLog } from "../firmware-sim/oslp/device-state.ts";
import { answerAs, ownCpu, partSettings } from "./part-process.ts";
import type { FleetPartSettings, FleetWords } from "./oslp-switch-words.ts";

/** All devices, in a process of their own: they register, they switch, and they write down what they did. */
const settings = partSettings<FleetPartSettings>();
const plan: FleetPlan = {
  seed: settings.seed,
  count: settings.devices,
  addressing: "range",
  basePort: settings.basePort,
};
const keys = new KeyStore();
const books = new DeviceBooks();
const platforms = settings.platformPorts.map((port) => ({ host: "127.0.0.1", port }));
const registered = new Set<string>();
let executed = 0;

const fleet = new Fleet({
  plan,
  members: planFleet(plan),
  keys,
  platformKey: keys.addPublic("platform", settings.platformKey),
  platforms: { "0.6.1": platforms, "0.5.1": platforms },
  timers: new NodeTimers(),
  behaviours: () => [switchesLights(), reportsStatus(), resumesSchedule()],
  logOf: (member) => logOf(member.uid),
  atOnce: settings.atOnce,
  answerTimeoutMs: 20_000,
  connectTimeoutMs: 10_000,
});

function logOf(uid: string): DeviceLog {
  const log = books.logOf(uid);
  return {
    acknowledged: (event) => log.acknowledged(event),
    note: (what) => log.note(what),
    noticed: ({ kind }) => {
      if (kind === "registered") registered.add(uid);
    },
    executed: (request) => {
      executed += 1;
      log.executed(request);
    },
  };
}

answerAs<FleetWords>(
  {
    start: async () => {
      await fleet.start();
      return {};
    },
    progress: async () => ({ registered: registered.size, executed, cpu: ownCpu() }),
    books: async () => books.all,
  },
  () => fleet.stop(),
);
