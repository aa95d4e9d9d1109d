import type { CipherKeys } from "../../adapters/io/node/cipher-keys.ts";
import type { DlmsKeys, MbusKeys } from "../../adapters/dlms/device.ts";
import { SUITES } from "../../adapters/dlms/security/suite.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { fromHex } from "../../adapters/kit/bytes.ts";
import type { KeyRef } from "../../adapters/kit/adapter.ts";
import type { SecretRef } from "../config/config.ts";
import { readBytes } from "../config/secrets.ts";

/** Keys of one meter, in one JSON file: hex, and PEM too for those of signatures and agreements. */
export interface MeterKeys {
  readonly keys: DlmsKeys;
  readonly mbusKeys: Readonly<Partial<Record<1 | 2 | 3 | 4, MbusKeys>>>;
}

export const NO_KEYS: MeterKeys = {
  keys: {
    encryption: undefined,
    authentication: undefined,
    broadcast: undefined,
    master: undefined,
    secret: undefined,
    signing: undefined,
    serverSigning: undefined,
    agreement: undefined,
    serverAgreement: undefined,
    next: undefined,
  },
  mbusKeys: {},
};

const FIELDS = [
  "encryption",
  "authentication",
  "broadcast",
  "master",
  "password",
  "secret",
  "signing",
  "serverSigning",
  "agreement",
  "serverAgreement",
  "next",
  "mbus",
];

/**
 * Reads the key file of a meter into the key store; sessions see references only. Throws `config.key.unreadable` and
 * `config.secret.missing`, which name the file and the field, never what is in it.
 */
export function readMeterKeys(ref: SecretRef, uid: string, suite: 0 | 1 | 2, store: CipherKeys): MeterKeys {
  const where = ref.kind === "file" ? ref.path : `the environment variable ${ref.name}`;
  const file = recordOf(parse(readBytes(ref), where), where);
  const unknown = Object.keys(file).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw unreadable(where, `${unknown} is no key; there are ${FIELDS.join(", ")}`);
  const name = (field: string) => `dlms.${uid}.${field}`;
  const aes = (record: Readonly<Record<string, unknown>>, field: string, path = field): KeyRef | undefined => {
    const octets = hexOf(record[field], where, path);
    if (octets === undefined) return undefined;
    const wanted = SUITES[suite].keyOctets;
    if (octets.length === wanted) return store.addSecret(name(path), octets);
    throw unreadable(where, `${path} has ${octets.length} octets; security suite ${suite} wants ${wanted}`);
  };
  const pem = (field: "signing" | "serverSigning" | "agreement" | "serverAgreement"): KeyRef | undefined => {
    const value = file[field];
    if (value === undefined) return undefined;
    if (typeof value !== "string") throw unreadable(where, `${field} is PEM`);
    const { curve } = SUITES[suite];
    const material = value.includes("BEGIN") ? value : (fromHex(value) ?? value);
    return field === "signing" || field === "agreement"
      ? store.addPrivate(name(field), material, curve)
      : store.addPublic(name(field), material, curve);
  };
  const secret = (): KeyRef | undefined => {
    const { password } = file;
    if (typeof password === "string" && password !== "")
      return shared(store, name("password"), Buffer.from(password, "utf8"));
    const octets = hexOf(file["secret"], where, "secret");
    return octets === undefined ? undefined : shared(store, name("secret"), octets);
  };
  const next = file["next"] === undefined ? undefined : recordOf(file["next"], where);
  const nextEncryption = next === undefined ? undefined : aes(next, "encryption", "next.encryption");
  const nextAuthentication = next === undefined ? undefined : aes(next, "authentication", "next.authentication");
  if (next !== undefined && (nextEncryption === undefined || nextAuthentication === undefined)) {
    throw unreadable(where, "next has an encryption and an authentication key");
  }
  return {
    keys: {
      encryption: aes(file, "encryption"),
      authentication: aes(file, "authentication"),
      broadcast: aes(file, "broadcast"),
      master: aes(file, "master"),
      secret: secret(),
      signing: pem("signing"),
      serverSigning: pem("serverSigning"),
      agreement: pem("agreement"),
      serverAgreement: pem("serverAgreement"),
      next:
        nextEncryption === undefined || nextAuthentication === undefined
          ? undefined
          : { encryption: nextEncryption, authentication: nextAuthentication },
    },
    mbusKeys: mbusKeys(file["mbus"], where, (field) => name(`mbus.${field}`), store),
  };
}

/** The secret of an authentication is hashed or sent, as the mechanism wants: it is kept as both. */
function shared(store: CipherKeys, name: string, octets: Uint8Array): KeyRef {
  store.addSecret(name, octets);
  return store.addPassword(name, octets);
}

function mbusKeys(
  value: unknown,
  where: string,
  nameOf: (field: string) => string,
  store: CipherKeys,
): MeterKeys["mbusKeys"] {
  if (value === undefined) return {};
  const keys: Partial<Record<1 | 2 | 3 | 4, MbusKeys>> = {};
  const channels = recordOf(value, where);
  for (const channel of [1, 2, 3, 4] as const) {
    const one = channels[String(channel)];
    if (one === undefined) continue;
    const record = recordOf(one, where);
    const master = hexOf(record["master"], where, `mbus.${channel}.master`);
    const user = hexOf(record["user"], where, `mbus.${channel}.user`);
    if (master?.length !== 16 || user?.length !== 16) {
      throw unreadable(where, `mbus.${channel} has a master and a user key of 16 octets`);
    }
    const firmware = hexOf(record["firmware"], where, `mbus.${channel}.firmware`);
    if (firmware !== undefined && firmware.length !== 16) {
      throw unreadable(where, `mbus.${channel}.firmware has ${firmware.length} octets, and not 16`);
    }
    keys[channel] = {
      master: store.addSecret(nameOf(`${channel}.master`), master),
      // The meter is given it as it is, inside a ciphered request.
      user: store.addPassword(nameOf(`${channel}.user`), user),
      firmware: firmware === undefined ? undefined : store.addSecret(nameOf(`${channel}.firmware`), firmware),
    };
  }
  return keys;
}

function parse(bytes: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (_notJson) {
    throw unreadable(where, 'it is not JSON such as { "encryption": "000102…", "authentication": "d0d1d2…" }');
  }
}

function recordOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw unreadable(where, "it is no JSON object of keys");
}

function hexOf(value: unknown, where: string, field: string): Uint8Array | undefined {
  if (value === undefined) return undefined;
  const octets = typeof value === "string" ? fromHex(value) : undefined;
  if (octets !== undefined && octets.length > 0) return octets;
  throw unreadable(where, `${field} is no hex`);
}

function unreadable(where: string, why: string): EdgeError {
  return new EdgeError({
    code: "config.key.unreadable",
    blame: "operator",
    retry: "never",
    message: `${where}: ${why}`,
  });
}
