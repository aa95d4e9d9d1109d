import { describe, expect, it } from "vitest";
import { later, toInstant } from "../../adapters/kit/time.ts";
import { explore, type Fault, type Model, SMALL } from "./explorer.testing.ts";

type Faults = Readonly<Partial<Record<Fault, number>>>;

/** Nothing is stolen and Redis keeps what it is told: two agents never act at once, whatever else happens. */
const exclusive: Model = {
  settings: { ...SMALL, steal: false },
  faults: {},
  horizon: 11,
  exclusive: true,
  statesAtMost: 200_000,
};
const stealing: Model = { ...exclusive, settings: SMALL, exclusive: false };

const SECONDS = 120_000;

/** Explores everything within the horizon and the faults, and says how much that was. */
function holds(name: string, model: Model, faults: Faults): void {
  const found = explore({ ...model, faults });
  console.info(
    `model check, ${name}: ${found.visited} states, up to ${found.deepest} moves, ${found.reigns} reigns began`,
  );
  expect(found.broken).toBeUndefined();
  expect(found.complete).toBe(true);
  expect(found.reigns).toBeGreaterThan(0);
}

/** The mistake breaks a law, and the same exploration without it does not. */
function finds(law: RegExp, model: Model, faults: Faults, mistake: Partial<Model>): void {
  const { broken } = explore({ ...model, faults, ...mistake });
  expect(broken?.law).toMatch(law);
  expect(
    explore({ ...model, faults, horizon: Math.min(model.horizon, broken?.history.length ?? 0) }).broken,
  ).toBeUndefined();
}

describe("every history of two small agents", () => {
  it("with Redis and the link slow, deaf and back again", () => holds("weather", exclusive, { way: 2 }), SECONDS);
  it(
    "with a link reset and opened and clocks that run unequally",
    () => {
      holds("clocks", exclusive, { way: 1, close: 1, open: 1, "skip-redis": 1 });
      holds("promise clocks", exclusive, { way: 1, close: 1, "skip-agent": 1 });
    },
    SECONDS,
  );
  it(
    "with agents killed and started again",
    () => holds("restart", exclusive, { way: 1, kill: 1, restart: 1 }),
    SECONDS,
  );
  it("with agents that freeze and thaw", () => holds("freeze", exclusive, { way: 1, freeze: 1 }), SECONDS);
  it(
    "with stealing, a cut cable and a Redis that forgets",
    () => {
      holds("stealing", stealing, { way: 1, close: 1, cut: 1, forget: 1 });
    },
    SECONDS,
  );
  it("with handovers", () => holds("handover", stealing, { way: 1, handover: 1, close: 1 }), SECONDS);
  it(
    "with a Redis that forgets everything",
    () => holds("amnesia", stealing, { "forget-all": 1, kill: 1, restart: 1 }),
    SECONDS,
  );
});

describe("planted mistakes", () => {
  const notSafe = { settings: { ...exclusive.settings, safetyMs: 0 } };

  it(
    "no safety margin for the lease",
    () => {
      finds(/both act/, exclusive, { way: 1, close: 1, "skip-redis": 1 }, notSafe);
    },
    SECONDS,
  );

  it(
    "no safety margin for the promise",
    () => {
      finds(/nobody allows|promised|both act/, exclusive, { way: 1, close: 1, "skip-agent": 1 }, notSafe);
    },
    SECONDS,
  );

  it(
    "a promise that is not kept",
    () => {
      finds(
        /promised|both act/,
        exclusive,
        { way: 1, close: 1 },
        {
          mistake: {
            before: (state) => {
              state.given = undefined;
            },
          },
        },
      );
    },
    SECONDS,
  );

  it(
    "a promise that is forgotten with the process",
    () => {
      finds(
        /promised|both act/,
        exclusive,
        { way: 1, kill: 1, restart: 1 },
        {
          mistake: {
            before: (state) => {
              state.bornAt = toInstant(-100);
            },
          },
        },
      );
    },
    SECONDS,
  );

  it(
    "no deadline of one's own",
    () => {
      finds(
        /both act|nobody allows/,
        exclusive,
        { way: 1, close: 1 },
        {
          mistake: {
            before: (state, input) => {
              if (state.reign !== undefined) state.reign.leaseDeadline = later(input.now, 6);
            },
          },
        },
      );
    },
    SECONDS,
  );

  it(
    "an epoch floor that is not passed and not remembered",
    () => {
      finds(
        /knew/,
        stealing,
        { "forget-all": 1, kill: 1 },
        {
          mistake: {
            before: (state) => {
              state.highestEpoch = state.reign?.epoch ?? 0;
            },
            asked: (request) => (request.kind === "acquire" ? { ...request, epochFloor: 0 } : request),
          },
        },
      );
    },
    SECONDS,
  );
});
