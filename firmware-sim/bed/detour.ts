import type { Address } from "../oslp/fleet/fleet-device.ts";
import type { BedPlan, Detours } from "./bed-files.ts";
import { Cable, type Traffic } from "./cable.ts";
import type { RedisBed } from "./redis-bed.ts";
import { fleetAddress, placeOf } from "./host-view.ts";

export interface DetourTraffic extends Traffic {
  /** `north`: to Redis. `pair`: between the agents. `south`: an agent dialled a device. `inbound`: a device dialled an agent. */
  readonly link: "north" | "pair" | "south" | "inbound";
  /** The agent it is about: who opened it, or, `inbound`, whom the device reached. */
  readonly agent: string | undefined;
  readonly at: number;
}

/**
 * The proxies of a bed, one per kind of link. Both agents must have the same configuration, so they share the proxies
 * towards Redis and the devices; which of them opened a connection is told by the address it was reached at.
 */
export class Detour implements Detours {
  readonly #plan: BedPlan;
  /** Towards Redis; owners are agents. */
  north: Cable | undefined;
  /** Towards the devices; owners are agents. */
  south: Cable | undefined;
  /** Towards an agent's pair link, by its name. */
  readonly pair: Map<string, Cable> = new Map();
  /** Devices towards an agent, by its name: one proxy per version. */
  readonly inbound: Map<string, Readonly<Record<"0.6.1" | "0.5.1", Cable>>> = new Map();
  /** Told of all bytes that were handed on. */
  onTraffic: (traffic: DetourTraffic) => void = () => {};

  private constructor(plan: BedPlan) {
    this.#plan = plan;
  }

  /** Everybody reaches everybody directly. */
  static none(plan: BedPlan): Detour {
    return new Detour(plan);
  }

  static async open(plan: BedPlan, redis: RedisBed): Promise<Detour> {
    const detour = new Detour(plan);
    const local = (port: number) => () => ({ host: "127.0.0.1", port });
    const ownerOf = (client: { readonly localAddress?: string | undefined }): string | undefined =>
      plan.places[placeOf(client.localAddress) ?? -1]?.name;
    const told = (link: DetourTraffic["link"], agent?: string) => (traffic: Traffic) =>
      detour.onTraffic({ ...traffic, link, agent: agent ?? traffic.owner, at: performance.now() });
    detour.north = await Cable.open({
      host: "0.0.0.0",
      target: () => ({ host: "127.0.0.1", port: redis.port }),
      ownerOf,
      onTraffic: told("north"),
    });
    detour.south = await Cable.open({
      host: "0.0.0.0",
      target: (client) => ({ host: fleetAddress(client.localAddress ?? ""), port: plan.fleet.basePort }),
      ownerOf,
      onTraffic: told("south"),
    });
    for (const place of plan.places) {
      detour.pair.set(place.name, await Cable.open({ target: local(place.link), onTraffic: told("pair", place.name) }));
      const inbound = (version: "0.6.1" | "0.5.1"): Promise<Cable> =>
        Cable.open({ target: local(place.oslp[version]), onTraffic: told("inbound", place.name) });
      detour.inbound.set(place.name, { "0.6.1": await inbound("0.6.1"), "0.5.1": await inbound("0.5.1") });
    }
    return detour;
  }

  get redisPort(): number {
    return this.north?.port ?? 0;
  }

  get devicePort(): number {
    return this.south?.port ?? 0;
  }

  linkPort(agent: string): number {
    return this.pair.get(agent)?.port ?? 0;
  }

  /** The agents' addresses, in the order devices try them; of all agents where none are named. */
  platforms(known?: readonly string[]): Readonly<Record<"0.6.1" | "0.5.1", readonly Address[]>> {
    const of = (version: "0.6.1" | "0.5.1"): Address[] =>
      this.#plan.places
        .filter(({ name }) => known === undefined || known.includes(name))
        .map(({ name, oslp }) => ({
          host: "127.0.0.1",
          port: this.inbound.get(name)?.[version].port ?? oslp[version],
        }));
    return { "0.6.1": of("0.6.1"), "0.5.1": of("0.5.1") };
  }

  get #all(): Cable[] {
    return [this.north, this.south, ...this.pair.values(), ...[...this.inbound.values()].flatMap(Object.values)].filter(
      (one) => one !== undefined,
    );
  }

  heal(): void {
    for (const proxy of this.#all) proxy.heal();
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((proxy) => proxy.close()));
  }
}
