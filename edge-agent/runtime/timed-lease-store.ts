import type { Clock } from "../../adapters/kit/ports.ts";
import type { LeaseStore } from "../lease/store.ts";
import type { Tally } from "./distribution.ts";

/** The same store; how long answered renewals took is counted. */
export function timedLeaseStore(store: LeaseStore, clock: Clock, renewMs: Tally): LeaseStore {
  return {
    acquire: (request) => store.acquire(request),
    renew: async (request) => {
      const began = clock.now();
      const reply = await store.renew(request);
      renewMs.add(clock.now() - began);
      return reply;
    },
    release: (request) => store.release(request),
    observe: () => store.observe(),
  };
}
