import type { LeaseSnapshot } from "../lease/machine.ts";

export interface GroupsHere {
  /** Every group this agent may serve. */
  readonly groups: () => Iterable<string>;
  readonly isServed: (group: string) => boolean;
  readonly snapshot: (group: string) => Pick<LeaseSnapshot, "peers"> | undefined;
}

/** Every peer once that is active for a group we do not serve. */
export function activeElsewhere(here: GroupsHere): readonly string[] {
  return [...new Set(idleGroups(here).flatMap((group) => activePeers(here, group)))];
}

/** Groups that neither we serve nor a peer we hear. */
export function servedNowhere(here: GroupsHere): readonly string[] {
  return idleGroups(here).filter((group) => activePeers(here, group).length === 0);
}

export function idleGroups({ groups, isServed }: GroupsHere): readonly string[] {
  return [...groups()].filter((group) => !isServed(group));
}

function activePeers({ snapshot }: GroupsHere, group: string): readonly string[] {
  const peers = Object.entries(snapshot(group)?.peers ?? {});
  return peers.flatMap(([peer, { role }]) => (role === "active" ? [peer] : []));
}
