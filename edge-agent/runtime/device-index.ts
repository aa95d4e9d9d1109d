import type { Config } from "../config/config.ts";
import type { ProtocolService } from "./protocol-service.ts";

/** Of every configured device: its group and what speaks to it. */
export class DeviceIndex {
  readonly #groupOf = new Map<string, string>();
  readonly #serviceOf = new Map<string, ProtocolService>();
  readonly #devicesOf = new Map<string, string[]>();

  constructor({ devices }: Pick<Config, "devices">, services: readonly ProtocolService[]) {
    const byProtocol = new Map(services.map((service) => [service.protocol, service]));
    for (const { uid, group, protocol } of devices) {
      this.#groupOf.set(uid, group);
      const service = byProtocol.get(protocol);
      if (service !== undefined) this.#serviceOf.set(uid, service);
      const list = this.#devicesOf.get(group);
      if (list === undefined) this.#devicesOf.set(group, [uid]);
      else list.push(uid);
    }
  }

  groupOf(device: string): string | undefined {
    return this.#groupOf.get(device);
  }

  serviceOf(device: string): ProtocolService | undefined {
    return this.#serviceOf.get(device);
  }

  devicesOf(group: string): readonly string[] {
    return this.#devicesOf.get(group) ?? [];
  }
}
