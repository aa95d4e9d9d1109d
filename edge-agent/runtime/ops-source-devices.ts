import { toRfc3339, toWall } from "../../adapters/kit/time.ts";
import type { DeviceConfig, ObservedAgent } from "./ops-source-agent.ts";
import type { DeviceDetail, DeviceSummary, DevicePage, DeviceQuery } from "../model/device-status.ts";

/** The devices of an agent as people list them: in the order of their uids, a page at a time, without a copy of all. */
export class DeviceDirectory {
  readonly #agent: ObservedAgent;
  readonly #sorted: readonly DeviceConfig[];
  readonly #byUid: ReadonlyMap<string, DeviceConfig>;
  /** Devices of a group by protocol. */
  readonly #numbers = new Map<string, Map<string, number>>();

  constructor(agent: ObservedAgent) {
    this.#agent = agent;
    const here = agent.config.devices.filter((device) => agent.runners.has(device.group));
    this.#sorted = [...here].sort((a, b) => (a.uid < b.uid ? -1 : 1));
    this.#byUid = new Map(here.map((device) => [device.uid, device]));
    for (const { group, protocol } of here) {
      const numbers = this.#numbers.get(group) ?? new Map<string, number>();
      numbers.set(protocol, (numbers.get(protocol) ?? 0) + 1);
      this.#numbers.set(group, numbers);
    }
  }

  page(question: DeviceQuery): DevicePage {
    const { after, limit } = question;
    const found: DeviceConfig[] = [];
    let total = 0;
    let more = false;
    for (const device of this.#sorted) {
      if (!this.#matches(device, question)) continue;
      total += 1;
      if (after !== undefined && device.uid <= after) continue;
      if (found.length < limit) found.push(device);
      else more = true;
    }
    return { devices: found.map((device) => this.#line(device)), total, next: more ? found.at(-1)?.uid : undefined };
  }

  /** Of one group by protocol; all `unknown` where this agent does not serve it. */
  counts(group: string): ReadonlyMap<string, Readonly<Record<DeviceSummary["state"], number>>> {
    const states = this.#agent.workOfGroup(group)?.states;
    if (states !== undefined) return states.counts();
    const none = { online: 0, degraded: 0, stalled: 0, offline: 0 };
    const numbers = this.#numbers.get(group) ?? new Map<string, number>();
    return new Map([...numbers].map(([protocol, unknown]) => [protocol, { ...none, unknown }]));
  }

  detail(uid: string): DeviceDetail | undefined {
    const device = this.#byUid.get(uid);
    if (device === undefined) return undefined;
    const { counters, lastMessages, refusals } = this.#agent;
    const service = this.#agent.serviceOf(uid);
    const work = this.#agent.workOfGroup(device.group);
    const circuit = work?.circuits.of(uid);
    return {
      ...this.#line(device),
      address: service?.describe(uid).address,
      memory: service?.book.memory(uid) ?? {},
      commandsWaiting: counters.reigns.waitingFor(device.group, uid),
      talking: work?.turns.isBusy(uid) ?? false,
      circuit: circuit && {
        ...circuit,
        openUntil: circuit.openUntil === undefined ? undefined : toRfc3339(toWall(circuit.openUntil)),
      },
      lastMessages: lastMessages.of(uid),
      lastRefusals: refusals.of(uid),
    };
  }

  #matches(device: DeviceConfig, { state, protocol, group, text }: DeviceQuery): boolean {
    if (protocol !== undefined && device.protocol !== protocol) return false;
    if (group !== undefined && device.group !== group) return false;
    if (state !== undefined && this.#stateOf(device) !== state) return false;
    return text === undefined || device.uid.includes(text) || this.#identification(device).includes(text);
  }

  #line(device: DeviceConfig): DeviceSummary {
    const kept = this.#agent.workOfGroup(device.group)?.states.of(device.uid);
    return {
      uid: device.uid,
      protocol: device.protocol,
      group: device.group,
      identification: this.#identification(device),
      state: kept?.state ?? "unknown",
      since: kept === undefined ? undefined : toRfc3339(toWall(kept.since)),
      reason: kept === undefined ? "this agent does not serve it now" : kept.reason,
      lastHeardAt: kept?.lastHeardAt === undefined ? undefined : toRfc3339(toWall(kept.lastHeardAt)),
    };
  }

  #stateOf(device: DeviceConfig): DeviceSummary["state"] {
    return this.#agent.workOfGroup(device.group)?.states.stateOf(device.uid) ?? "unknown";
  }

  #identification(device: DeviceConfig): string {
    return this.#agent.serviceOf(device.uid)?.book.knows(device.uid)?.protocolId ?? device.uid;
  }
}
