import { peersOf } from "../config/choose-agent.ts";
import type { Config } from "../config/config.ts";
import type { GroupBeat, Hello } from "../pair/frames.ts";
import { DEFAULT_PAIR_TIMING, type PairOutcome } from "../pair/outcomes.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import type { LeaseRunner } from "../lease/runner.ts";
import type { Network } from "./network.ts";
import { PairMesh } from "./pair-mesh.ts";
import { pairSecurity } from "./pair-security.ts";
import { VERSION } from "./version.ts";

/** A group as the link to a peer sees it. */
export interface LinkedRunner {
  readonly group: string;
  readonly lease: Pick<LeaseRunner, "linkOpened" | "linkClosed" | "heard" | "beat">;
}

/** The agent as its pair links see it. */
export interface MeshOwner {
  readonly config: Config;
  readonly agent: string;
  readonly configHash: string;
  readonly timers: Timers;
  readonly network?: Network | undefined;
  readonly runners: ReadonlyMap<string, LinkedRunner>;
  spoolBytes(group: string): number;
  linkOpened(peer: string, hello: Hello): void;
  linkClosed(peer: string): void;
  linkOutcome(peer: string, outcome: PairOutcome): void;
}

interface MeshLog {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
}

/** The links of an agent, wired to its lease machines. */
export function makeMesh(owner: MeshOwner, log: MeshLog): PairMesh {
  const { config, agent } = owner;
  const peers = peersOf(config, agent);
  const { beatEveryMs, suspectAfterMs, trust } = config.pair;
  const own = config.agents[agent];
  const runnersWith = (peer: string): LinkedRunner[] =>
    [...owner.runners.values()].filter((runner) => config.groups[runner.group]?.agents.includes(peer) === true);
  return new PairMesh({
    options: {
      site: config.gateway,
      agent,
      peers,
      version: VERSION,
      configHash: owner.configHash,
      groups: [...Object.keys(config.groups)],
      timing: { ...DEFAULT_PAIR_TIMING, beatEveryMs, suspectAfterMs },
    },
    status: (peer) => runnersWith(peer).map((runner) => beatOf(owner, runner, peer)),
    peers: peers.flatMap((name) => {
      const address = config.agents[name]?.link;
      return address === undefined ? [] : [{ name, ...address }];
    }),
    listen: own?.link ?? { host: "127.0.0.1", port: 0 },
    security: pairSecurity(trust, agent, peers),
    timers: owner.timers,
    network: owner.network,
    events: {
      opened: (peer, hello) => {
        log.info({ peer, version: hello.version }, `pair link to ${peer} is up`);
        if (hello.configHash !== owner.configHash) {
          log.warn(
            { peer, ours: owner.configHash, theirs: hello.configHash },
            `agent ${peer} runs another configuration`,
          );
        }
        for (const runner of runnersWith(peer)) runner.lease.linkOpened(peer);
        owner.linkOpened(peer, hello);
      },
      closed: (peer, how) => {
        log.warn({ peer, how }, `pair link to ${peer} is closed: ${how}`);
        owner.linkClosed(peer);
        // Broken alone is silence: it takes an unrenewed lease, or its death, before anything is taken from it.
        for (const runner of runnersWith(peer)) runner.lease.linkClosed(peer, how === "bye" ? "bye" : "given-up");
      },
      died: (peer) => {
        log.warn({ peer }, `agent ${peer} is gone: nobody listens any more where it did`);
        for (const runner of runnersWith(peer)) runner.lease.linkClosed(peer, "died");
      },
      beat: (peer, groups) => {
        for (const { group, spoolBytes: _shownOnly, ...beat } of groups) {
          owner.runners.get(group)?.lease.heard(peer, { kind: "beat", ...beat });
        }
      },
      word: (peer, group, word) => owner.runners.get(group)?.lease.heard(peer, word),
      other: (peer, outcome) => owner.linkOutcome(peer, outcome),
      refused: (where, fault) => log.warn({ where, ...fault.toJSON() }, `pair link, ${where}: ${fault.message}`),
    },
  });
}

function beatOf(owner: MeshOwner, runner: LinkedRunner, peer: string): GroupBeat {
  const { kind: _kind, ...beat } = runner.lease.beat(peer);
  return { group: runner.group, ...beat, spoolBytes: owner.spoolBytes(runner.group) };
}
