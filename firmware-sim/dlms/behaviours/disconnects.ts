import { array, bool, enumerated, number, numberOf, octetString, structure } from "../../../adapters/dlms/data/data.ts";
import { obisOctets, toObis } from "../../../adapters/dlms/obis.ts";
import type { Instant } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import { fixed, readOnly, refused, RESULT } from "../objects/cosem-object.ts";
import { object } from "../objects/simple.ts";

const CONTROL = "0.0.96.3.10.255";
/** control_state: 0 disconnected, 1 connected, 2 ready for reconnection. */
const [DISCONNECTED, CONNECTED, READY] = [0, 1, 2];
/** By control_mode: whether a remote command opens, and whether it closes at once or leaves that to a hand. */
const OPENS = [false, true, true, true, true, true, true];
const CLOSES = ["no", "ready", "at-once", "ready", "at-once", "ready", "at-once"] as const;

/** Class 70: the breaker, by remote methods and by the script table that a schedule would use. */
export function disconnects(): Behaviour {
  return {
    name: "disconnects",
    begins: (meter) => {
      let state = CONNECTED;
      let mode = 4;
      const go = (to: number, now: Instant): undefined => {
        const before = state === CONNECTED;
        state = to;
        if (before !== (to === CONNECTED)) meter.notice({ kind: "switched", output: to === CONNECTED }, now);
        return undefined;
      };
      const open = (now: Instant) => (OPENS[mode] === true ? go(DISCONNECTED, now) : refused(RESULT.otherReason));
      const close = (now: Instant) => {
        const how = CLOSES[mode];
        if (how === "at-once") return go(CONNECTED, now);
        return how === "ready" ? go(state === DISCONNECTED ? READY : state, now) : refused(RESULT.otherReason);
      };
      meter.objects.add(
        object(
          70,
          { obis: CONTROL },
          {
            2: readOnly(() => bool(state === CONNECTED)),
            3: readOnly(() => enumerated(state)),
            4: {
              get: () => enumerated(mode),
              set: (value) => {
                const next = value.kind === "enum" ? value.value : undefined;
                if (next === undefined || next >= OPENS.length) return RESULT.typeUnmatched;
                mode = next;
                return RESULT.success;
              },
            },
          },
          { 1: (_parameters, { now }) => open(now), 2: (_parameters, { now }) => close(now) },
        ),
      );
      const step = (id: number) =>
        structure(
          number("long-unsigned", id),
          array([
            structure(
              enumerated(2),
              number("long-unsigned", 70),
              octetString(obisOctets(toObis(CONTROL))),
              number("integer", id),
              number("integer", 0),
            ),
          ]),
        );
      meter.objects.add(
        object(
          9,
          { obis: "0.0.10.0.106.255" },
          { 2: fixed(array([step(1), step(2)])) },
          {
            1: (parameters, { now }) => {
              const id = parameters === undefined ? undefined : numberOf(parameters);
              if (id === 1) return open(now);
              return id === 2 ? close(now) : refused(RESULT.typeUnmatched);
            },
          },
        ),
      );
      return {};
    },
  };
}
