import type { Clock } from "../../adapters/kit/ports.ts";
import type { LeaseStore } from "../lease/store.ts";
import type { Tally } from "./distribution.ts";

export interface LeaseStoreWatch {
  readonly clock: Clock;
  /** How long answered renewals took, ms. */
  readonly renewMs: Tally;
  /** Redis said who holds the lease, or we took it from him. */
  readonly sawHolder: (holder: string) => void;
}

/** The same store, watched. */
export function watchedLeaseStore(store: LeaseStore, { clock, renewMs, sawHolder }: LeaseStoreWatch): LeaseStore {
  return {
    acquire: async (request) => {
      const [old] = request.allowedOld?.split(":") ?? [];
      if (old !== undefined) sawHolder(old);
      const reply = await store.acquire(request);
      if (reply.kind !== "granted") sawHolder(reply.hold.holder);
      return reply;
    },
    renew: async (request) => {
      const began = clock.now();
      const reply = await store.renew(request);
      renewMs.add(clock.now() - began);
      return reply;
    },
    release: (request) => store.release(request),
    observe: async () => {
      const reply = await store.observe();
      if (reply.hold !== undefined) sawHolder(reply.hold.holder);
      return reply;
    },
  };
}
