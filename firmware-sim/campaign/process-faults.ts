import type { Program } from "../bed/program.ts";
import { busbar } from "./busbar.ts";
import { ALWAYS, type Fault, type Ground, momentary, type Struck } from "./fault.ts";

/** A core is a process of its own without a supervisor: the campaign starts it again after so long. */
const CORE_AWAY_MS = { from: 100, to: 2_000 } as const;
const FREEZE_MS = { from: 100, to: 10_000 } as const;

/** Processes that die and processes that stop. */
export const PROCESS_FAULTS: readonly Fault[] = [
  {
    kind: "kill",
    summary: "SIGKILL to the active agent",
    missing: ALWAYS,
    strike: ({ active }) => Promise.resolve(momentary(`agent ${active.agent}, process ${active.kill() ?? "gone"}`)),
  },
  {
    kind: "kill-standby",
    summary: "SIGKILL to the standby",
    missing: ALWAYS,
    strike: ({ standby }) => Promise.resolve(momentary(`agent ${standby.agent}, process ${standby.kill() ?? "gone"}`)),
  },
  {
    kind: "freeze",
    summary: "SIGSTOP to the active agent; its supervisor may act",
    missing: ALWAYS,
    strike: (ground) => {
      const lastsMs = freezeMs(ground);
      const pid = ground.active.freeze();
      return Promise.resolve({
        detail: `agent ${ground.active.agent} for ${lastsMs} ms`,
        lastsMs,
        mend: () => Promise.resolve(ground.active.thaw(pid)),
      });
    },
  },
  {
    kind: "pause-host",
    summary: "SIGSTOP to the active agent and its supervisor, as when a virtual machine is moved",
    missing: ALWAYS,
    strike: (ground) => {
      const lastsMs = freezeMs(ground);
      const { program, agent } = ground.active;
      program.signalAll("SIGSTOP");
      return Promise.resolve({
        detail: `host of agent ${agent} for ${lastsMs} ms`,
        lastsMs,
        mend: () => Promise.resolve(program.signalAll("SIGCONT")),
      });
    },
  },
  {
    kind: "core-kill",
    summary: "SIGKILL to a core, which is started again",
    missing: (bed) => (bed.cores.length === 0 ? "there is no core" : undefined),
    strike: async (ground) => {
      const core = anyCore(ground);
      await core.kill();
      const lastsMs = ground.random.between(CORE_AWAY_MS.from, CORE_AWAY_MS.to);
      return { detail: `${core.name}, away for ${lastsMs} ms`, lastsMs, mend: () => Promise.resolve(core.start()) };
    },
  },
  {
    kind: "core-freeze",
    summary: "SIGSTOP to a core, past its hold on a job",
    missing: (bed) => (bed.cores.length === 0 ? "there is no core" : undefined),
    strike: (ground) => {
      const core = anyCore(ground);
      const lastsMs = freezeMs(ground);
      core.signal("SIGSTOP");
      return Promise.resolve({
        detail: `${core.name} for ${lastsMs} ms`,
        lastsMs,
        mend: () => Promise.resolve(core.signal("SIGCONT")),
      });
    },
  },
  {
    kind: "handover",
    summary: "an operator hands the group over",
    missing: ALWAYS,
    strike: async ({ bed, active }) => {
      const [place] = bed.plan.places;
      const asked = await busbar(["handover", "--config", place?.configFile ?? "", "--from", active.agent]);
      return momentary(`from agent ${active.agent}: ${asked.code === 0 ? "done" : asked.said.trim()}`);
    },
  },
  {
    kind: "shutdown",
    summary: "SIGTERM to the active agent and its supervisor, which are started again",
    missing: ALWAYS,
    strike: ({ active }): Promise<Struck> => {
      const { program } = active;
      const stopping = program.stop(STOP_PATIENCE_MS);
      return Promise.resolve({
        detail: `agent ${active.agent}`,
        lastsMs: 0,
        mend: async () => {
          await stopping;
          program.start();
        },
      });
    },
  },
];

const STOP_PATIENCE_MS = 8_000;

/** Short ones are as telling as long ones: every doubling is as likely as every other. */
function freezeMs({ random }: Ground): number {
  const doublings = Math.log2(FREEZE_MS.to / FREEZE_MS.from);
  return Math.round(FREEZE_MS.from * 2 ** ((random.below(1_000) / 1_000) * doublings));
}

function anyCore({ bed, random }: Ground): Program {
  const core = random.pick(bed.cores);
  if (core === undefined) throw new Error("a fault of cores was chosen where there are none");
  return core;
}
