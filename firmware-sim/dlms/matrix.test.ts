import { describe, expect, it } from "vitest";
import { action, get, getList, set } from "../../adapters/dlms/association/services.ts";
import { decodeApdu } from "../../adapters/dlms/apdu/decode-apdu.ts";
import { elementsOf, number, octetString, structure } from "../../adapters/dlms/data/data.ts";
import { KEY_CHOICES } from "../../adapters/dlms/security/general-keys.ts";
import type { Mechanism } from "../../adapters/dlms/security/hls.ts";
import { toObis } from "../../adapters/dlms/obis.ts";
import type { Behaviour } from "./behaviour.ts";
import { completeMeter } from "./behaviours/roster.ts";
import { dlmsErrorOf, MECHANISMS, Pair, type TransportName } from "./pair.testing.ts";

/** The product's client against the simulated meter: every authentication, policy, suite and transport, without sockets. */

const ENERGY = { classId: 3, instance: toObis("1.0.1.8.0.255"), attribute: 2 };
const CLOCK = { classId: 8, instance: toObis("0.0.1.0.0.255"), attribute: 2 };
const ZONE = { ...CLOCK, attribute: 3 };
/** The first hundred rows: several blocks over every transport. */
const PROFILE = {
  classId: 7,
  instance: toObis("1.0.99.1.0.255"),
  attribute: 2,
  selection: {
    selector: 2,
    parameters: structure(
      number("double-long-unsigned", 1),
      number("double-long-unsigned", 100),
      number("long-unsigned", 1),
      number("long-unsigned", 0),
    ),
  },
};
const CALENDAR = { classId: 20, instance: toObis("0.0.13.0.0.255"), attribute: 6 };

const TRANSPORTS: readonly TransportName[] = ["tcp", "udp", "hdlc"];
const POLICIES = [0, 1, 2, 3] as const;
const NAMES = Object.keys(MECHANISMS) as Mechanism[];
const ROWS = NAMES.flatMap((mechanism) =>
  POLICIES.flatMap((policy) =>
    TRANSPORTS.flatMap((transport) =>
      ([0, 1, 2] as const)
        // Without curve there is no signature.
        .filter((suite) => mechanism !== "high-ecdsa" || suite !== 0)
        .map((suite) => ({ mechanism, policy, transport, suite })),
    ),
  ),
);

/** A bit of everything: one value, a list, a long value, a write, a long write, a method, and the release. */
function everything(pair: Pair): void {
  pair.open();
  expect([pair.ended, pair.isAssociated]).toEqual([undefined, true]);
  const energy = pair.run(get(ENERGY));
  expect(energy.kind).toBe("double-long-unsigned");
  const list = pair.run(getList([ENERGY, CLOCK, { ...ENERGY, instance: toObis("1.0.9.9.9.255") }]));
  expect(list.map((one) => (one.kind === "error" ? one.result : one.data.kind))).toEqual([
    "double-long-unsigned",
    "octet-string",
    4,
  ]);
  const rows = elementsOf(pair.run(get(PROFILE)));
  expect(rows?.length).toBe(100);
  pair.run(set(ZONE, number("long", -120)));
  expect(pair.run(get(ZONE))).toEqual(number("long", -120));
  const long = octetString(Uint8Array.from({ length: 3_000 }, (_, at) => at & 0xff));
  pair.run(set(CALENDAR, long));
  expect(pair.run(get(CALENDAR))).toEqual(long);
  expect(
    pair.run(action({ classId: 70, instance: toObis("0.0.96.3.10.255"), method: 1 }, number("integer", 0))),
  ).toBeUndefined();
  pair.release();
  expect(pair.ended).toBe("done");
}

describe("client and simulated meter", () => {
  it.each(ROWS)("$mechanism, policy $policy, suite $suite, over $transport", (row) => {
    everything(new Pair(row));
  });

  const FORMS = TRANSPORTS.flatMap((transport) =>
    (["service-specific", "general"] as const).flatMap((form) =>
      [true, false].map((dedicatedKey) => ({ transport, form, dedicatedKey })),
    ),
  );
  it.each(FORMS)(
    "ciphered $form, dedicated key $dedicatedKey, over $transport",
    ({ transport, form, dedicatedKey }) => {
      everything(new Pair({ mechanism: "high-gmac", policy: 3, transport, security: { form, dedicatedKey } }));
    },
  );

  const GENERAL = TRANSPORTS.flatMap((transport) =>
    ([0, 1, 2] as const).flatMap((suite) =>
      ([1, 2, 3] as const).flatMap((policy) =>
        [undefined, ...KEY_CHOICES].flatMap((generalCiphering) =>
          [false, true].map((signs) => ({ transport, suite, policy, generalCiphering, signs })),
        ),
      ),
    ),
  ).filter(({ transport, policy, suite, generalCiphering, signs }) => {
    const needsCurve = signs || generalCiphering === "one-pass" || generalCiphering === "static-unified";
    const isOne = (signs || generalCiphering !== undefined) && (suite !== 0 || !needsCurve);
    // What is protected is no affair of the transport.
    return isOne && (policy === 3 || transport === "tcp");
  });
  it.each(GENERAL)(
    "general-ciphering $generalCiphering, signed $signs, policy $policy, suite $suite, over $transport",
    ({ transport, suite, policy, generalCiphering, signs }) => {
      everything(new Pair({ mechanism: "high-gmac", policy, suite, transport, security: { generalCiphering, signs } }));
    },
  );

  it.each(KEY_CHOICES)("general-ciphering %s and signed in small general blocks", (generalCiphering) => {
    everything(
      new Pair({
        mechanism: "high-ecdsa",
        policy: 3,
        suite: 2,
        security: { generalCiphering, signs: true },
        client: { maxReceivePduSize: 600, preferGeneralBlockTransfer: true },
        meter: { pduMax: 600 },
      }),
    );
  });

  it("an answer that is not signed is not taken where signatures were agreed", () => {
    const forgets: Behaviour = {
      name: "forgets-to-sign",
      begins: () => ({
        protects: (octets) => {
          const apdu = decodeApdu(octets);
          return apdu.kind === "general-signing" ? apdu.content : octets;
        },
      }),
    };
    const behaviours = [forgets, ...completeMeter({ eventEveryMs: 0 })];
    const pair = new Pair({
      mechanism: "high-gmac",
      policy: 3,
      suite: 1,
      security: { signs: true },
      meter: { behaviours },
    });
    pair.open();
    expect(dlmsErrorOf(() => pair.run(get(ENERGY))).code).toBe("dlms.security.unprotected");
  });

  const NAMED = NAMES.flatMap((mechanism) =>
    POLICIES.flatMap((policy) =>
      TRANSPORTS.map((transport) => ({ mechanism, policy, transport, suite: mechanism === "high-ecdsa" ? 1 : 0 })),
    ),
  ) as readonly { mechanism: Mechanism; policy: 0 | 1 | 2 | 3; transport: TransportName; suite: 0 | 1 }[];
  it.each(NAMED)("short names: $mechanism, policy $policy, over $transport", (row) => {
    everything(new Pair({ ...row, meter: { referencing: "short-name" } }));
  });

  it.each(FORMS)(
    "short names, ciphered $form, dedicated key $dedicatedKey, over $transport",
    ({ transport, form, dedicatedKey }) => {
      const security = { form, dedicatedKey };
      const meter = { referencing: "short-name" } as const;
      everything(new Pair({ mechanism: "high-gmac", policy: 3, transport, security, meter }));
    },
  );

  it.each(TRANSPORTS)(
    "short names in small APDUs both ways over %s, in blocks of the service and general ones",
    (transport) => {
      for (const preferGeneralBlockTransfer of [false, true]) {
        everything(
          new Pair({
            mechanism: "high-gmac",
            policy: 3,
            transport,
            client: { maxReceivePduSize: 128, preferGeneralBlockTransfer },
            meter: { pduMax: 128, referencing: "short-name" },
          }),
        );
      }
    },
  );

  it.each(TRANSPORTS)("everything in general block transfer over %s", (transport) => {
    everything(
      new Pair({
        mechanism: "high-gmac",
        policy: 3,
        transport,
        client: { preferGeneralBlockTransfer: true, maxReceivePduSize: 400 },
      }),
    );
  });

  it.each(TRANSPORTS)("small APDUs both ways over %s", (transport) => {
    everything(
      new Pair({
        mechanism: "high-gmac",
        policy: 3,
        transport,
        client: { maxReceivePduSize: 128 },
        meter: { pduMax: 128 },
      }),
    );
  });

  it.each(["dribbles", "has-no-pdu-limit", "numbers-blocks-from-zero", "offers-little", "trails-octets"])(
    "a meter that %s",
    (name) => {
      everything(new Pair({ mechanism: "high-md5", behaviours: [name], client: { maxReceivePduSize: 500 } }));
    },
  );
});
