import { isIP } from "node:net";
import type { Address, Config, LeaseTimes } from "./config.ts";
import { PROTOCOL_NAMES, settingsOf, type Complaint } from "./protocols.ts";
import { formatDuration, formatSize } from "./scalars.ts";

const SPOOL_BLOCK_BYTES = 32 * 1024;

/** What could be read of a configuration; a section that is wrong by itself is absent. */
export type Parts = { readonly [K in keyof Config]?: Config[K] | undefined };

export interface Law {
  /** What holds, in one line; the same sentence stands in docs/configuration.md. */
  readonly says: string;
  check(parts: Parts): readonly Complaint[];
}

/** The time a lease must have left when the second of two attempts to renew it has failed. Milliseconds; negative: the law is broken. */
export function leaseSlack(lease: LeaseTimes): number {
  return lease.ttlMs - lease.safetyMs - (lease.renewEveryMs + 2 * lease.attemptTimeoutMs);
}

/** Rules between fields. Each asks only for the sections it needs, so one wrong section does not hide another's mistakes. */
export const LAWS: readonly Law[] = [
  {
    says: "renewEvery + 2·attemptTimeout <= ttl − safety: two attempts to renew fit before the holder must stop",
    check: ({ lease }) => {
      if (lease === undefined || leaseSlack(lease) >= 0) return [];
      const needed = lease.renewEveryMs + 2 * lease.attemptTimeoutMs + lease.safetyMs;
      const sum = `${formatDuration(lease.renewEveryMs)} + 2·${formatDuration(lease.attemptTimeoutMs)} > ${formatDuration(lease.ttlMs)} − ${formatDuration(lease.safetyMs)}`;
      const message = `renewEvery + 2·attemptTimeout must not exceed ttl − safety: ${sum}`;
      return [error(["lease", "ttl"], message, `ttl of ${formatDuration(needed)} or more, or renew more often`)];
    },
  },
  {
    says: "suspectAfter >= 3·beatEvery: one lost beat is not a dead agent",
    check: ({ pair }) => {
      if (pair === undefined || pair.suspectAfterMs >= 3 * pair.beatEveryMs) return [];
      const message = `${formatDuration(pair.suspectAfterMs)} is less than three beats of ${formatDuration(pair.beatEveryMs)}`;
      return [error(["pair", "suspectAfter"], message, `${formatDuration(3 * pair.beatEveryMs)} or more`)];
    },
  },
  {
    says: "pair.suspectAfter < lease.ttl: the pair link is there to be faster than the lease",
    check: ({ pair, lease }) => {
      if (pair === undefined || lease === undefined || pair.suspectAfterMs < lease.ttlMs) return [];
      const message = `${formatDuration(pair.suspectAfterMs)} is not shorter than lease.ttl ${formatDuration(lease.ttlMs)}: the pair link never decides`;
      return [warning(["pair", "suspectAfter"], message, "shorter, such as 300ms")];
    },
  },
  {
    says: "supervisor.silentFor < lease.ttl: a hang is ended before the lease is",
    check: ({ supervisor, lease }) => {
      if (supervisor === undefined || lease === undefined || supervisor.silentForMs < lease.ttlMs) return [];
      const message = `${formatDuration(supervisor.silentForMs)} is not shorter than lease.ttl ${formatDuration(lease.ttlMs)}`;
      return [error(["supervisor", "silentFor"], message, "shorter, such as 300ms")];
    },
  },
  {
    says: "supervisor.restartAfter <= maxRestartAfter",
    check: ({ supervisor }) => {
      if (supervisor === undefined || supervisor.restartAfterMs <= supervisor.maxRestartAfterMs) return [];
      const message = `${formatDuration(supervisor.restartAfterMs)} is more than maxRestartAfter ${formatDuration(supervisor.maxRestartAfterMs)}`;
      return [error(["supervisor", "restartAfter"], message, "make one of them fit")];
    },
  },
  {
    says: "redis.commandTimeout <= lease.ttl",
    check: ({ redis, lease }) => {
      if (redis === undefined || lease === undefined || redis.commandTimeoutMs <= lease.ttlMs) return [];
      const message = `${formatDuration(redis.commandTimeoutMs)} is longer than lease.ttl ${formatDuration(lease.ttlMs)}: a commit could outlive the lease`;
      return [error(["redis", "commandTimeout"], message, "shorter, such as 400ms")];
    },
  },
  {
    says: "spool.segmentBytes <= spool.maxBytes / 4: room is freed by whole segments",
    check: ({ spool }) => {
      if (spool === undefined || spool.segmentBytes * 4 <= spool.maxBytes) return [];
      const message = `${formatSize(spool.segmentBytes)} is more than a quarter of maxBytes ${formatSize(spool.maxBytes)}`;
      return [
        error(
          ["spool", "segmentBytes"],
          message,
          `${formatSize(Math.floor(spool.maxBytes / 4))} or less, or a larger maxBytes`,
        ),
      ];
    },
  },
  {
    says: "spool.segmentBytes is a multiple of 32 KiB: the block of the segment log",
    check: ({ spool }) => {
      if (spool === undefined || spool.segmentBytes % SPOOL_BLOCK_BYTES === 0) return [];
      const message = `${formatSize(spool.segmentBytes)} is not a multiple of 32KiB`;
      return [error(["spool", "segmentBytes"], message, "4MiB is usual")];
    },
  },
  {
    says: "spool.maxAge needs a policy that may drop",
    check: ({ spool }) => {
      if (spool === undefined || spool.maxAgeMs === undefined || spool.policy !== "block") return [];
      return [
        error(
          ["spool", "maxAge"],
          "the policy block drops nothing, so nothing can become too old",
          "remove maxAge, or choose the policy by-priority",
        ),
      ];
    },
  },
  {
    says: "lease.safety >= 1 % of lease.ttl: two clocks run equally to one part in a hundred",
    check: ({ lease }) => {
      if (lease === undefined || lease.safetyMs * 100 >= lease.ttlMs) return [];
      const message = `${formatDuration(lease.safetyMs)} is less than 1 % of ttl ${formatDuration(lease.ttlMs)}`;
      return [error(["lease", "safety"], message, `${formatDuration(Math.ceil(lease.ttlMs / 100))} or more`)];
    },
  },
  { says: "a group's agents exist, once each, the preferred one among them", check: groupAgents },
  { says: "every agent serves a group", check: idleAgents },
  { says: "a protocol with devices has its section", check: protocolSections },
  { says: "listeners of one host do not collide", check: collisions },
  { says: "the pair link between hosts is protected", check: pairTrust },
  {
    says: "and it warns: of a long ttl, lossy Redis settings, one agent alone, Redis on loopback, ops open to others, a spool that drops",
    check: advice,
  },
];

function groupAgents({ groups, agents }: Parts): readonly Complaint[] {
  if (groups === undefined || agents === undefined) return [];
  const known = Object.keys(agents);
  const seen = new Set<object>();
  return Object.entries(groups).flatMap(([name, group]) => {
    // Groups that were written as one are complained about once.
    if (seen.has(group)) return [];
    seen.add(group);
    const found: Complaint[] = [];
    for (const [index, agent] of group.agents.entries()) {
      const path = ["groups", name, "agents", index];
      if (!known.includes(agent))
        found.push(error(path, `there is no agent ${agent}`, `known agents: ${known.join(", ")}`));
      if (group.agents.indexOf(agent) !== index) found.push(error(path, `agent ${agent} is there twice`, "keep one"));
    }
    if (group.preferred !== undefined && !group.agents.includes(group.preferred)) {
      found.push(
        error(
          ["groups", name, "preferred"],
          `agent ${group.preferred} does not serve this group`,
          `one of ${group.agents.join(", ")}`,
        ),
      );
    }
    if (group.failbackAfterMs !== undefined && group.preferred === undefined) {
      found.push(
        error(["groups", name, "failbackAfter"], "there is nobody to give it back to", "name the preferred agent"),
      );
    }
    return found;
  });
}

function idleAgents({ groups, agents }: Parts): readonly Complaint[] {
  if (groups === undefined || agents === undefined) return [];
  const serving = new Set(Object.values(groups).flatMap((group) => group.agents));
  return Object.keys(agents)
    .filter((name) => !serving.has(name))
    .map((name) => warning(["agents", name], "it serves no group", "add it to a group or remove it"));
}

function protocolSections({ devices, protocols }: Parts): readonly Complaint[] {
  if (devices === undefined || protocols === undefined) return [];
  const spoken = new Set(devices.map((device) => device.protocol));
  return PROTOCOL_NAMES.filter((name) => spoken.has(name) && protocols[name] === undefined).map((name) =>
    error([name], `missing, though there are ${name} devices`, `add the section ${name}:`),
  );
}

interface Socket extends Address {
  readonly fix: string;
  readonly what: string;
  readonly path: readonly (string | number)[];
}

function collisions({ agents, protocols }: Parts): readonly Complaint[] {
  if (agents === undefined || protocols === undefined) return [];
  const hosts = new Map<string, Socket[]>();
  for (const [name, agent] of Object.entries(agents)) {
    const sockets = hosts.get(agent.host) ?? [];
    sockets.push({
      ...agent.link,
      what: `the pair link of agent ${name}`,
      path: ["agents", name, "link"],
      fix: "another port",
    });
    sockets.push({ ...agent.ops, what: `ops of agent ${name}`, path: ["agents", name, "ops"], fix: "another port" });
    for (const protocol of PROTOCOL_NAMES) {
      const section = protocols[protocol];
      if (section === undefined) continue;
      const own = agent.listen[protocol];
      const listeners = own ?? settingsOf(protocol).listenersOf(section);
      const prefix = own === undefined ? [protocol, "listen"] : ["agents", name, protocol, "listen"];
      for (const [index, at] of listeners.entries()) {
        sockets.push({
          host: at.host,
          port: at.port,
          what: `${protocol} ${at.version} of agent ${name}`,
          path: [...prefix, index, "port"],
          fix:
            own === undefined
              ? `another port, or listeners of its own: agents.${name}.${protocol}.listen`
              : "another port",
        });
      }
    }
    hosts.set(agent.host, sockets);
  }
  return [...hosts.values()].flatMap((sockets) =>
    sockets.flatMap((one, index) => {
      const other = sockets
        .slice(0, index)
        .find((before) => before.port === one.port && overlap(before.host, one.host));
      return other === undefined
        ? []
        : [error(one.path, `port ${one.port} of ${one.what} is taken by ${other.what}`, one.fix)];
    }),
  );
}

function overlap(a: string, b: string): boolean {
  const any = (host: string) => host === "0.0.0.0" || host === "::";
  return any(a) || any(b) || a === b;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function pairTrust({ pair, agents, groups }: Parts): readonly Complaint[] {
  if (pair === undefined || agents === undefined || groups === undefined || pair.trust.kind !== "none") return [];
  const paired = Object.values(groups)
    .filter((group) => group.agents.length > 1)
    .flatMap((group) => group.agents);
  const remote = paired.filter((name) => !isLoopback(agents[name]?.host ?? "localhost"));
  if (remote.length === 0) return [];
  return [
    error(
      ["pair"],
      "the agents cannot tell who speaks on the pair link",
      "pair: { secret: { file: /etc/busbar/pair.key } }, or tls: { cert, key, ca }",
    ),
  ];
}

const LONG_TTL_MS = 10_000;

function advice({ lease, redis, agents, ops, spool }: Parts): readonly Complaint[] {
  const found: Complaint[] = [];
  if (lease !== undefined && lease.ttlMs > LONG_TTL_MS) {
    found.push(
      warning(
        ["lease", "ttl"],
        `${formatDuration(lease.ttlMs)} without an active agent when both the link and Redis are lost`,
        "3s is usual",
      ),
    );
  }
  if (redis?.allowLossySettings === true) {
    found.push(
      warning(
        ["redis", "allowLossySettings"],
        "Redis may lose what devices were told we have",
        "false, with appendonly yes and maxmemory-policy noeviction",
      ),
    );
  }
  if (agents !== undefined && Object.keys(agents).length === 1) {
    found.push(warning(["agents"], "one agent has no standby", "add a second agent"));
  }
  if (redis?.target.kind === "standalone" && isLoopback(redis.target.host) && agents !== undefined) {
    const hosts = new Set(Object.values(agents).map((agent) => agent.host));
    if (hosts.size > 1)
      found.push(
        warning(
          ["redis", "url"],
          "agents on different hosts each reach a Redis of their own here",
          "an address both reach",
        ),
      );
  }
  if (ops?.token === undefined && agents !== undefined) {
    for (const [name, agent] of Object.entries(agents)) {
      if (isLoopback(agent.ops.host)) continue;
      found.push(
        warning(
          ["agents", name, "ops"],
          `open at ${agent.ops.host} without a token: requests that change something are refused there`,
          "ops: { token: { file: … } }",
        ),
      );
    }
  }
  if (spool !== undefined && spool.policy !== "block") {
    found.push(
      warning(
        ["spool", "policy"],
        `${spool.policy}: a full spool drops acknowledged messages, counted`,
        "block refuses new ones instead, so devices keep them",
      ),
    );
  }
  return found;
}

function error(path: Complaint["path"], message: string, fix: string): Complaint {
  return { severity: "error", path, message, fix };
}

function warning(path: Complaint["path"], message: string, fix: string): Complaint {
  return { severity: "warning", path, message, fix };
}
