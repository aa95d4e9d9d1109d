import {
  type DlmsData,
  elementsOf,
  enumerated,
  number,
  numberOf,
  octetsOf,
  octetString,
} from "../../../adapters/dlms/data/data.ts";
import { SUITES } from "../../../adapters/dlms/security/suite.ts";
import type { Behaviour } from "../behaviour.ts";
import type { MeterState } from "../meter-state.ts";
import type { MeterKeys } from "../meter-keys.ts";
import { type Call, readOnly, refused, type Refused, RESULT } from "../objects/cosem-object.ts";
import { data, object } from "../objects/simple.ts";

const KEYS: readonly (Exclude<keyof MeterKeys, "secret" | "mbusFirmware"> | undefined)[] = [
  "encryption",
  "broadcast",
  "authentication",
  "master",
];
/** Counters begin anew with a new key; 0 is one that some clients refuse. */
const FIRST_COUNTER = 1;

/** Class 64: the security policy, and keys that come wrapped with the master key. */
export function replacesKeys(): Behaviour {
  return {
    name: "replaces-keys",
    begins: (meter) => {
      meter.objects.add(
        object(
          64,
          { obis: "0.0.43.0.0.255" },
          {
            2: readOnly(() => enumerated(meter.security.policy)),
            3: readOnly(() => enumerated(meter.security.suite)),
            4: readOnly(() => octetString(new Uint8Array(8))),
            5: readOnly(() => octetString(meter.identity.systemTitle)),
          },
          { 1: activate, 2: transfer },
        ),
      );
      meter.objects.add(
        data({ obis: "0.0.43.1.0.255", isPublic: true }, () =>
          number("double-long-unsigned", Math.max(0, meter.security.clientCounter - 1)),
        ),
      );
      return {};
    },
  };
}

/** The policy only ever becomes stricter. */
function activate(parameters: DlmsData | undefined, { meter }: Call): Refused | undefined {
  const policy = parameters === undefined ? undefined : numberOf(parameters);
  if (policy !== 0 && policy !== 1 && policy !== 2 && policy !== 3) return refused(RESULT.typeUnmatched);
  if ((policy & meter.security.policy) !== meter.security.policy) return refused(RESULT.readWriteDenied);
  meter.afterAnswer.push(() => {
    meter.security.policy = policy;
  });
  return undefined;
}

/** All of them or none: an array of {key_id, wrapped key}; the answer is still protected with the old ones. */
function transfer(parameters: DlmsData | undefined, { meter, now }: Call): Refused | undefined {
  const entries = parameters === undefined ? undefined : elementsOf(parameters);
  if (entries === undefined || entries.length === 0) return refused(RESULT.typeUnmatched);
  const taken: (readonly [Exclude<keyof MeterKeys, "secret" | "mbusFirmware">, Uint8Array])[] = [];
  for (const entry of entries) {
    const key = unwrapped(entry, meter);
    if (key === undefined) return refused(RESULT.otherReason);
    taken.push(key);
  }
  for (const [name, key] of taken) {
    meter.afterAnswer.push(() => {
      meter.keys[name] = key;
      if (name === "encryption") {
        meter.security.clientCounter = FIRST_COUNTER;
        meter.security.serverCounter = FIRST_COUNTER;
      }
      meter.notice({ kind: "key-replaced", key: name }, now);
    });
  }
  return undefined;
}

function unwrapped(
  entry: DlmsData,
  meter: MeterState,
): readonly [Exclude<keyof MeterKeys, "secret" | "mbusFirmware">, Uint8Array] | undefined {
  const [id, wrapped] = elementsOf(entry) ?? [];
  const name = KEYS[(id === undefined ? undefined : numberOf(id)) ?? -1];
  const octets = wrapped === undefined ? undefined : octetsOf(wrapped);
  if (name === undefined || octets === undefined) return undefined;
  const key = meter.ciphers.unwrapKey(meter.keys.master, octets);
  return key?.length === SUITES[meter.security.suite].keyOctets ? [name, key] : undefined;
}
