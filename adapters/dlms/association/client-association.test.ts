import { describe, expect, it } from "vitest";
import { CipherKeys } from "../../io/node/cipher-keys.ts";
import { toHex } from "../../kit/bytes.ts";
import { SeededRandom } from "../../kit/random.ts";
import { toInstant } from "../../kit/time.ts";
import { type DlmsData, number, octetString } from "../data/data.ts";
import { toObis } from "../obis.ts";
import { AUTHENTICATED, AUTHENTICATED_ENCRYPTED, ENCRYPTED } from "../security/control.ts";
import type { SecurityMaterial } from "../security/envelope.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import { encodeWrapperPdu } from "../transport/wrapper.ts";
import { CLIENT_TITLE, lnWithout, Pair, SERVER_TITLE, type TestServerFacts } from "./server.testing.ts";
import { access, action, actionList, get, getList, pause, set, setList } from "./services.ts";
import { ASSOCIATION_DEFAULTS, type AssociationSettings, type Authentication, securitySettings } from "./settings.ts";

const CLOCK = { classId: 8, instance: toObis("0-0:1.0.0*255"), attribute: 2 };
const PROFILE = { classId: 7, instance: toObis("1-0:99.1.0*255"), attribute: 2 };
const NOTHING = { classId: 1, instance: toObis("0-0:96.1.0*255"), attribute: 2 };
const METHOD = { classId: 18, instance: toObis("0-0:44.0.0*255"), method: 2 };
const ROWS: DlmsData = {
  kind: "array",
  elements: Array.from({ length: 200 }, (_, i) => ({
    kind: "structure",
    elements: [octetString(new Uint8Array(12).fill(i)), number("double-long-unsigned", i)],
  })),
};

function furnished(pair: Pair): Pair {
  pair.server.attributes.set(`${CLOCK.instance}:2`, octetString(new Uint8Array(12).fill(1)));
  pair.server.attributes.set(`${PROFILE.instance}:2`, ROWS);
  return pair;
}

const ciphers = new CipherKeys();
const secret = ciphers.addSecret("secret", new Uint8Array([1, 2, 3]));
function material(suite: 0 | 1 | 2): SecurityMaterial {
  const octets = suite === 2 ? 32 : 16;
  return {
    suite,
    encryptionKey: ciphers.addSecret(`ek${suite}`, new Uint8Array(octets).fill(5)),
    authenticationKey: ciphers.addSecret(`ak${suite}`, new Uint8Array(octets).fill(6)),
  };
}
const [ours, theirs] = [1, 2].map((n) => ciphers.agreementPair("P-256", new Uint8Array(40).fill(n)));
const client = ciphers.addPrivate("client", ours?.privateKey ?? "", "P-256");
const server = ciphers.addPrivate("server", theirs?.privateKey ?? "", "P-256");
const nobody = new Uint8Array(64);

const AUTHENTICATIONS: readonly (readonly [string, Authentication, TestServerFacts])[] = [
  ["lowest", { mechanism: "lowest" }, {}],
  ["low", { mechanism: "low", password: new Uint8Array([49, 50]) }, { password: new Uint8Array([49, 50]) }],
  ["manufacturer", { mechanism: "high-manufacturer", secret }, { hls: { suite: 0, secret } }],
  ["MD5", { mechanism: "high-md5", secret }, { hls: { suite: 0, secret } }],
  ["SHA-1", { mechanism: "high-sha1", secret }, { hls: { suite: 0, secret } }],
  ["GMAC", { mechanism: "high-gmac", gmac: material(0) }, { hls: material(0) }],
  ["SHA-256", { mechanism: "high-sha256", secret }, { hls: { suite: 0, secret } }],
  [
    "ECDSA",
    { mechanism: "high-ecdsa", signingKey: client, serverKey: theirs?.publicKey ?? nobody },
    { hls: { suite: 1, signingKey: server, peerKey: ours?.publicKey ?? nobody } },
  ],
];
const PROTECTIONS = [undefined, AUTHENTICATED, ENCRYPTED, AUTHENTICATED_ENCRYPTED];
const FORMS = [
  [0, "service-specific", false],
  [1, "general", false],
  [2, "service-specific", true],
  [1, "general", true],
] as const;
const MATRIX = AUTHENTICATIONS.flatMap(([name, authentication, facts]) =>
  PROTECTIONS.flatMap((protection) =>
    (protection === undefined ? [[0, "service-specific", false] as const] : FORMS).map(
      ([suite, form, dedicatedKey]) => ({ name, authentication, facts, protection, suite, form, dedicatedKey }),
    ),
  ),
);

describe("every authentication with every protection", () => {
  it.each(MATRIX.filter(({ name, suite, protection }) => name !== "ECDSA" || suite === 1 || protection === undefined))(
    "$name, $protection, suite $suite, $form, dedicated key $dedicatedKey",
    ({ authentication, facts, protection, suite, form, dedicatedKey }) => {
      const keys = material(suite);
      const security =
        protection === undefined ? undefined : securitySettings(keys, { protection, form, dedicatedKey });
      const withKeys = facts.hls === undefined || security === undefined ? facts.hls : { ...facts.hls, ...keys };
      const ecdsa = authentication.mechanism === "high-ecdsa";
      const hls = ecdsa && security === undefined ? { ...facts.hls, suite: 1 as const } : withKeys;
      const settings: Partial<AssociationSettings> = {
        authentication:
          ecdsa && security === undefined ? { ...authentication, gmac: { ...material(1) } } : authentication,
        security,
        clientSystemTitle: CLIENT_TITLE,
      };
      const pair = furnished(
        new Pair(
          settings,
          { ...facts, ...(hls === undefined ? {} : { hls }), material: keys, blockOctets: 300 },
          { ciphers, chunk: 7 },
        ),
      ).open();
      expect(pair.outcomes.filter(({ kind }) => kind !== "counters-wanted")).toMatchObject([{ kind: "associated" }]);
      expect(pair.run(get(CLOCK))).toMatchObject({ kind: "completed", result: { kind: "octet-string" } });
      expect(pair.run(get(PROFILE))).toMatchObject({ kind: "completed", result: ROWS });
      expect(new Set(pair.server.counters).size).toBe(pair.server.counters.length);
      pair.take(pair.client.release(pair.now));
      expect(pair.ended).toBe("done");
    },
  );
});

describe("services", () => {
  const VARIANTS: readonly (readonly [string, Partial<AssociationSettings>, TestServerFacts])[] = [
    ["whole", {}, {}],
    ["in blocks both ways", {}, { pduMax: 128, blockOctets: 100 }],
    ["in general blocks both ways", { preferGeneralBlockTransfer: true }, { pduMax: 128, general: true }],
    ["one by one", { listItemsMax: 1 }, {}],
    ["without lists", { conformance: lnWithout("multiple-references") }, {}],
    [
      "ciphered, in blocks",
      { security: securitySettings(material(0)), clientSystemTitle: CLIENT_TITLE },
      { pduMax: 150, blockOctets: 90, material: material(0) },
    ],
    [
      "ciphered, in general blocks",
      {
        security: securitySettings(material(0), { form: "general" }),
        clientSystemTitle: CLIENT_TITLE,
        preferGeneralBlockTransfer: true,
      },
      { pduMax: 150, general: true, blockOctets: 60, material: material(0) },
    ],
  ];

  it.each(VARIANTS)("GET, SET, ACTION and ACCESS %s", (_name, settings, facts) => {
    const pair = furnished(new Pair(settings, facts, { ciphers })).open();
    expect(pair.run(getList([CLOCK, NOTHING, PROFILE]))).toMatchObject({
      result: [{ kind: "data" }, { kind: "error", result: 4 }, { kind: "data", data: ROWS }],
    });
    const long = octetString(new Uint8Array(900).fill(9));
    expect(pair.run(set(NOTHING, long))).toMatchObject({ kind: "completed" });
    expect(pair.server.attributes.get(`${NOTHING.instance}:2`)).toEqual(long);
    const writes = [3, 4].map((attribute) => ({ ...NOTHING, attribute, selection: undefined }));
    expect(pair.run(setList(writes.map((reference) => ({ reference, data: long }))))).toMatchObject({ result: [0, 0] });
    expect(pair.server.attributes.get(`${NOTHING.instance}:4`)).toEqual(long);
    expect(pair.run(action(METHOD, long))).toMatchObject({ kind: "completed", result: long });
    expect(pair.server.calls).toEqual([long]);
    const entry = { specification: { kind: "get", attribute: CLOCK } as const, data: { kind: "null-data" } as const };
    expect(pair.run(access([entry, entry]))).toMatchObject({
      result: [{ result: { result: 0 } }, { data: { kind: "octet-string" } }],
    });
    expect(pair.ended).toBeUndefined();
  });

  it("a refusal is a fault by class, and the association goes on", () => {
    const pair = furnished(new Pair({})).open();
    expect(pair.run(get(NOTHING))).toMatchObject({
      kind: "failed",
      fault: { code: "dlms.service.refused", retry: "never", native: 4 },
    });
    expect(pair.run(get(CLOCK))).toMatchObject({ kind: "completed" });
  });

  it("a procedure settles faults itself, and pauses", () => {
    const pair = furnished(new Pair({})).open();
    pair.run(
      (function* () {
        let refusals = 0;
        for (let i = 0; i < 5_000; i++) {
          try {
            yield* get({ ...CLOCK, attribute: 200 });
          } catch (_notAnAttribute) {
            refusals += 1;
          }
        }
        yield* pause(5_000);
        return refusals;
      })(),
    );
    expect(pair.outcomes.at(-1)).toMatchObject({ kind: "associated" });
    expect(pair.wakeAt).toBe(5_000);
    pair.take(pair.client.wake(toInstant(5_000)));
    expect(pair.outcomes.at(-1)).toEqual({ kind: "completed", result: 5_000 });
  });

  it("lists that the server refuses are read one by one", () => {
    const answers: TestServerFacts["answers"] = (apdu) =>
      apdu.kind === "get-request-with-list"
        ? { kind: "exception-response", stateError: 1, serviceError: 2, expectedCounter: undefined }
        : undefined;
    const pair = furnished(new Pair({}, { answers })).open();
    expect(pair.run(getList([CLOCK, NOTHING]))).toMatchObject({ result: [{ kind: "data" }, { kind: "error" }] });
  });

  it("methods in a list", () => {
    const answers: TestServerFacts["answers"] = (apdu) =>
      apdu.kind === "action-request-with-list"
        ? {
            kind: "action-response-with-list",
            invoke: apdu.invoke,
            outcomes: apdu.methods.map(() => ({ result: 0, returned: undefined })),
          }
        : undefined;
    const pair = new Pair({}, { answers }).open();
    expect(pair.run(actionList([METHOD, METHOD].map((method) => ({ method, parameters: undefined }))))).toMatchObject({
      result: [{ result: 0 }, { result: 0 }],
    });
  });
});

describe("what goes wrong", () => {
  const wrapped = (apdu: Uint8Array) => encodeWrapperPdu({ source: 1, destination: 1, apdu });

  it("a wrong password", () => {
    const authentication = { mechanism: "low", password: new Uint8Array([1]) } as const;
    const pair = new Pair({ authentication }, { password: new Uint8Array([2]) }).open();
    expect(pair.ended).toMatchObject({ code: "dlms.association.authentication-failed", blame: "operator", native: 13 });
  });

  it("a server that does not know the secret", () => {
    const authentication = { mechanism: "high-md5", secret: new Uint8Array([1]) } as const;
    const pair = new Pair({ authentication }, { hls: { suite: 0, secret: new Uint8Array([1]) } });
    const other = new Pair({ authentication }, { hls: { suite: 0, secret: new Uint8Array([2]) } }).open();
    expect(pair.open().ended).toBeUndefined();
    expect(other.ended).toMatchObject({ code: "dlms.association.authentication-failed" });
  });

  it("a server that only pretends to", () => {
    const authentication = { mechanism: "high-md5", secret: new Uint8Array([1]) } as const;
    const answers: TestServerFacts["answers"] = (apdu) =>
      apdu.kind === "action-request-normal"
        ? {
            kind: "action-response-normal",
            invoke: apdu.invoke,
            result: 0,
            returned: { kind: "data", data: octetString(new Uint8Array(16)) },
          }
        : undefined;
    const pair = new Pair({ authentication }, { hls: { suite: 0, secret: new Uint8Array([1]) }, answers }).open();
    expect(pair.ended).toMatchObject({ code: "dlms.security.server-unauthenticated" });
  });

  it("the exception about a counter is to be tried again at once, with what the server expects", () => {
    const answers: TestServerFacts["answers"] = (apdu) =>
      apdu.kind === "aarq"
        ? { kind: "exception-response", stateError: 1, serviceError: 6, expectedCounter: 148 }
        : undefined;
    const pair = new Pair({}, { answers }).open();
    expect(pair.ended).toMatchObject({ code: "dlms.service.counter-rejected", retry: "now", native: 148 });
  });

  it("silence: the association ends, or goes on, as the settings say", () => {
    for (const onDisorder of ["end", "resynchronise"] as const) {
      const pair = furnished(new Pair({ onDisorder })).open();
      const step = pair.client.run(get(CLOCK), pair.now);
      expect(step.wakeAt).toBe(20_000);
      const after = pair.client.wake(toInstant(20_000));
      expect(after.outcomes).toMatchObject([{ kind: "failed", fault: { code: "dlms.service.unanswered" } }]);
      if (onDisorder === "end") expect(after.ended).toMatchObject({ code: "dlms.service.unanswered" });
      else {
        // The answer that comes too late is dropped; the next request is answered.
        const late = encodeApdu({
          kind: "get-response-normal",
          invoke: 0xc1,
          result: { kind: "data", data: number("unsigned", 1) },
        });
        const dropped = pair.client.receive(wrapped(late), pair.now);
        expect(dropped.outcomes).toMatchObject([{ kind: "remark" }]);
        expect(pair.run(get(CLOCK))).toMatchObject({ kind: "completed", result: { kind: "octet-string" } });
      }
    }
  });

  it("silence from the first moment", () => {
    const pair = new Pair({});
    const step = pair.client.open(pair.now);
    expect(pair.client.wake(step.wakeAt ?? pair.now).ended).toMatchObject({ code: "dlms.association.unanswered" });
  });

  it.each([
    ["a block out of order", { number: 3, octets: 5 }, "dlms.block.out-of-order"],
    ["blocks without octets, for ever", { number: undefined, octets: 0 }, "dlms.block.no-progress"],
    ["more blocks than the limit", { number: undefined, octets: 100 }, "dlms.block.too-long"],
  ])("%s", (_name, { number: fixed, octets }, code) => {
    let block = 0;
    const answers: TestServerFacts["answers"] = (apdu) => {
      if (apdu.kind !== "get-request-normal" && apdu.kind !== "get-request-next") return undefined;
      block += 1;
      return {
        kind: "get-response-with-datablock",
        invoke: apdu.invoke,
        last: false,
        blockNumber: fixed ?? block,
        result: { kind: "raw-data", rawData: new Uint8Array(octets) },
      };
    };
    const limits = { ...ASSOCIATION_DEFAULTS.limits, transferOctets: 5_000 };
    const pair = new Pair({ limits }, { answers }).open();
    expect(pair.run(get(CLOCK))).toMatchObject({ kind: "failed", fault: { code } });
  });

  it("a value of unknown type spoils itself only", () => {
    const pair = furnished(new Pair({})).open();
    pair.client.run(get(CLOCK), pair.now);
    const step = pair.client.receive(wrapped(Uint8Array.of(0xc4, 1, 0xc1, 0, 0x77)), pair.now);
    expect(step.outcomes).toMatchObject([{ kind: "failed", fault: { code: "dlms.data.unknown-type" } }]);
    expect(step.ended).toBeUndefined();
    expect(pair.run(get(CLOCK))).toMatchObject({ kind: "completed" });
  });

  describe("under protection", () => {
    const keys = material(0);
    const settings = { security: securitySettings(keys), clientSystemTitle: CLIENT_TITLE };

    it("an answer without it, or replayed, or changed", () => {
      const plain = encodeApdu({ kind: "get-response-normal", invoke: 0xc1, result: { kind: "error", result: 4 } });
      const pair = furnished(new Pair(settings, { material: keys }, { ciphers })).open();
      pair.client.run(get(CLOCK), pair.now);
      expect(pair.client.receive(wrapped(plain), pair.now).ended).toMatchObject({ code: "dlms.security.unprotected" });
    });

    it("replayed octets", () => {
      const pair = furnished(new Pair(settings, { material: keys }, { ciphers })).open();
      const first = pair.client.run(get(CLOCK), pair.now);
      const [answer = new Uint8Array(0)] = pair.server.receive(first.send[0] ?? new Uint8Array(0));
      pair.client.receive(answer, pair.now);
      pair.client.run(get(CLOCK), pair.now);
      expect(pair.client.receive(answer, pair.now).ended).toMatchObject({ code: "dlms.security.replayed" });
    });

    it("changed octets are dropped where the settings say so, and the right ones still count", () => {
      const pair = furnished(
        new Pair({ ...settings, onDisorder: "resynchronise" }, { material: keys }, { ciphers }),
      ).open();
      const first = pair.client.run(get(CLOCK), pair.now);
      const [answer = new Uint8Array(0)] = pair.server.receive(first.send[0] ?? new Uint8Array(0));
      const changed = answer.slice();
      changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
      expect(pair.client.receive(changed, pair.now).outcomes).toMatchObject([
        { kind: "remark", fault: { code: "dlms.security.deciphering-failed" } },
      ]);
      expect(pair.client.receive(answer, pair.now).outcomes).toMatchObject([{ kind: "completed" }]);
    });

    it("an exception in clear is believed as an error and as nothing else", () => {
      const pair = furnished(new Pair(settings, { material: keys }, { ciphers })).open();
      pair.client.run(get(CLOCK), pair.now);
      const step = pair.client.receive(wrapped(Uint8Array.of(0xd8, 1, 5)), pair.now);
      expect(step.outcomes).toMatchObject([{ kind: "failed", fault: { code: "dlms.security.deciphering-failed" } }]);
      expect(step.ended).toBeUndefined();
    });

    it("nothing leaves before its counter is durable", () => {
      const pair = new Pair(settings, { material: keys }, { ciphers });
      const step = pair.client.open(pair.now);
      expect(step.send).toEqual([]);
      expect(step.outcomes).toEqual([{ kind: "counters-wanted" }]);
      expect(step.wakeAt).toBeUndefined();
      pair.reserve.wanted(1);
      expect(pair.client.countersReserved(pair.now).send).toEqual([]);
      pair.reserve.reserved();
      expect(pair.client.countersReserved(pair.now).send).toHaveLength(1);
    });

    it("a request of a dedicated key goes with it, the authentication does not", () => {
      const dedicated = securitySettings(keys, { dedicatedKey: true });
      const authentication = { mechanism: "high-gmac" } as const;
      const all = { ...settings, authentication, security: dedicated };
      const pair = furnished(new Pair(all, { material: keys, hls: keys }, { ciphers })).open();
      pair.run(get(CLOCK));
      const tags = pair.sent.map((bytes) => bytes[8]);
      expect(tags).toEqual([0x60, 0xcb, 0xd0]);
    });
  });

  it.each(["own", "shared"] as const)("the proof of GMAC has the counter that is wanted: %s", (gmacCounter) => {
    const keys = material(0);
    const authentication = { mechanism: "high-gmac", gmacCounter } as const;
    // Authenticated and not encrypted: the proof can be read in what was sent.
    const security = securitySettings(keys, { protection: AUTHENTICATED });
    const settings = { authentication, security, clientSystemTitle: CLIENT_TITLE };
    const pair = furnished(new Pair(settings, { material: keys, hls: keys }, { ciphers })).open();
    expect(pair.outcomes.at(-1)).toMatchObject({ kind: "associated" });
    const third = pair.sent[1] ?? new Uint8Array();
    // Wrapper, tag, length, security control; octet-string of 17, security control.
    const around = toHex(third.subarray(11, 15));
    const [, inside] = /091110([0-9a-f]{8})/.exec(toHex(third)) ?? [];
    expect(inside).toHaveLength(8);
    expect(inside === around).toBe(gmacCounter === "shared");
    pair.run(get(CLOCK));
    // Whatever follows has a counter of its own.
    expect(new Set(pair.server.counters).size).toBe(pair.server.counters.length);
  });

  it("a pre-established association needs no request", () => {
    const preEstablished = { conformance: lnWithout(), maxSendPduSize: 500 };
    const pair = furnished(new Pair({ preEstablished, serverSystemTitle: SERVER_TITLE })).open();
    expect(pair.sent).toEqual([]);
    expect(pair.run(get(CLOCK))).toMatchObject({ kind: "completed" });
    pair.take(pair.client.release(pair.now));
    expect(pair.ended).toBe("done");
  });

  it("a notification between request and answer", () => {
    const pair = furnished(new Pair({})).open();
    pair.client.run(get(CLOCK), pair.now);
    const notification = encodeApdu({
      kind: "data-notification",
      invoke: 1,
      dateTime: new Uint8Array(0),
      body: number("unsigned", 3),
    });
    expect(pair.client.receive(wrapped(notification), pair.now).outcomes).toMatchObject([
      { kind: "notified", notification: { body: { value: 3 } }, protection: { authenticated: false } },
    ]);
  });

  it("whatever comes, it ends or goes on, and never throws", () => {
    const random = new SeededRandom(1);
    for (let run = 0; run < 300; run++) {
      const pair = furnished(new Pair({ onDisorder: run % 2 === 0 ? "end" : "resynchronise" })).open();
      pair.client.run(getList([CLOCK, PROFILE]), pair.now);
      for (let i = 0; i < 20; i++) {
        const apdu = random.bytes(random.between(1, 30));
        apdu[0] = random.pick([0xc4, 0xc5, 0xe0, 0xd8, 0x0e, 0x61, 0xcc, 0xdb, 0x0f, apdu[0] ?? 0]) ?? 0;
        pair.client.receive(wrapped(apdu), pair.now);
      }
    }
  });
});
