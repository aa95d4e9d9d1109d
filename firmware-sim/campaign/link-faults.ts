import { BLACK_HOLE, type Conditions, ONE_WAY, SEVERED, slow } from "../bed/conditions.ts";
import type { Cable } from "../bed/cable.ts";
import { type Fault, type Ground, needsDetours, type Struck } from "./fault.ts";

const BAD_MS = { from: 200, to: 5_000 } as const;
const SLOW_MS = { from: 5, to: 60 } as const;

/** A cable, and which of its users has bad weather; `undefined`: all. */
interface Way {
  readonly cable: Cable;
  readonly owner: string | undefined;
}

/** Towards Redis, for the active agent alone. */
const north = ({ bed, active }: Ground): Way[] => cables([bed.detour.north], active.agent);
/** Towards the devices, for the active agent alone. */
const south = ({ bed, active }: Ground): Way[] => cables([bed.detour.south], active.agent);
/** Between the agents, whoever opened it. */
const pair = ({ bed }: Ground): Way[] => cables([...bed.detour.pair.values()], undefined);
/** From the devices to the active agent. */
const inbound = ({ bed, active }: Ground): Way[] =>
  cables(Object.values(bed.detour.inbound.get(active.agent) ?? {}), undefined);
/** Everything the active agent has: the host's own network. */
const host = (ground: Ground): Way[] => [...north(ground), ...south(ground), ...pair(ground), ...inbound(ground)];

/** What cables do. */
export const LINK_FAULTS: readonly Fault[] = [
  fault("north-cut", "the active agent's connections to Redis are reset, new ones too", north, SEVERED),
  fault("north-hole", "nothing passes between the active agent and Redis, and nobody is told", north, BLACK_HOLE),
  fault("north-one-way", "Redis hears the active agent, which hears nothing", north, ONE_WAY),
  fault("north-slow", "Redis is far away", north, "slow"),
  fault("pair-cut", "the pair link is reset and stays away", pair, SEVERED),
  fault("pair-hole", "nothing passes on the pair link", pair, BLACK_HOLE),
  fault("pair-one-way", "one agent hears the other and is not heard", pair, ONE_WAY),
  fault("south-hole", "the active agent reaches no device", south, BLACK_HOLE),
  fault("inbound-cut", "the devices' connections to the active agent are reset", inbound, SEVERED),
  fault("host-hole", "the active agent is cut off from everybody", host, BLACK_HOLE),
];

function fault(kind: string, summary: string, ways: (ground: Ground) => Way[], what: Conditions | "slow"): Fault {
  return {
    kind,
    summary,
    missing: needsDetours,
    strike: (ground): Promise<Struck> => {
      const { random, active } = ground;
      const lastsMs = random.between(BAD_MS.from, BAD_MS.to);
      const pace = random.between(SLOW_MS.from, SLOW_MS.to);
      const conditions = what === "slow" ? slow(pace) : what;
      const struck = ways(ground);
      for (const { cable, owner } of struck) {
        cable.set(owner, conditions);
        if (conditions === SEVERED) cable.cut(owner);
      }
      return Promise.resolve({
        detail: `agent ${active.agent} for ${lastsMs} ms${what === "slow" ? `, ${pace} ms each way` : ""}`,
        lastsMs,
        mend: () => {
          for (const { cable } of struck) cable.heal();
          return Promise.resolve();
        },
      });
    },
  };
}

function cables(all: readonly (Cable | undefined)[], owner: string | undefined): Way[] {
  return all.flatMap((cable) => (cable === undefined ? [] : [{ cable, owner }]));
}
