import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Authentication, ProtectionName } from "../../adapters/dlms/device.ts";
import type { Mechanism } from "../../adapters/dlms/security/hls.ts";
import type { Curve } from "../../adapters/kit/ciphers.ts";
import { toHex } from "../../adapters/kit/bytes.ts";
import { CipherKeys } from "../../adapters/io/node/cipher-keys.ts";
import { curveOf } from "../../firmware-sim/dlms/fleet/fleet-keys.ts";
import { type FleetMember, type FleetPlan, titleText } from "../../firmware-sim/dlms/fleet/fleet-plan.ts";

/** As the configuration calls what the standard numbers. */
export const AUTHENTICATION_NAMES: Readonly<Record<Mechanism, Authentication>> = {
  lowest: "none",
  low: "lls",
  "high-manufacturer": "hls-manufacturer",
  "high-md5": "hls-md5",
  "high-sha1": "hls-sha1",
  "high-gmac": "hls-gmac",
  "high-sha256": "hls-sha256",
  "high-ecdsa": "hls-ecdsa",
};
const PROTECTION_NAMES: readonly ProtectionName[] = ["none", "authenticated", "encrypted", "both"];

/**
 * Writes the meters as the `devices` section of a configuration, and the keys of each as `<uid>.json` in a folder beside it:
 * that is what `dlms.keyFolder` names. Returns the folder.
 */
export function exportMeters(file: string, plan: FleetPlan, members: readonly FleetMember[]): string {
  const folder = join(dirname(file), "meter-keys");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const out = openSync(file, "w");
  try {
    writeSync(out, "devices:\n");
    for (const member of members) {
      writeSync(out, yamlLine(plan, member));
      writeFileSync(join(folder, `${member.uid}.json`), `${JSON.stringify(keysOf(plan, member))}\n`, { mode: 0o600 });
    }
  } finally {
    closeSync(out);
  }
  return folder;
}

function yamlLine(plan: FleetPlan, member: FleetMember): string {
  const { uid, identity, host, port, physicalDevice } = member;
  const facts = [
    `uid: ${uid}`,
    "protocol: dlms",
    `identification: ${identity.equipment}`,
    `profile: ${plan.profile}`,
    `phases: ${plan.phases}`,
    `address: ${host}`,
    `port: ${port}`,
    `server: ${identity.logicalDevice}`,
    `authentication: ${AUTHENTICATION_NAMES[plan.mechanism]}`,
    `protection: ${PROTECTION_NAMES[plan.policy] ?? "none"}`,
    `suite: ${plan.suite}`,
    `serverTitle: "${titleText(member)}"`,
    "zone: Europe/Amsterdam",
    ...(plan.referencing === "short-name" ? ["referencing: short-name"] : []),
    ...(plan.carrier === "udp" ? ["udp: true"] : []),
    ...(plan.carrier === "hdlc" ? [`hdlc: { physical: ${physicalDevice}, information: 512 }`] : []),
  ];
  return `  - { ${facts.join(", ")} }\n`;
}

/** All in hex; keys of a curve as the scalar of ours and the point (x || y) of the meter's. */
function keysOf({ suite, mbus }: FleetPlan, { keys }: FleetMember): Readonly<Record<string, unknown>> {
  const curve = curveOf(suite);
  const ciphers = new CipherKeys();
  const pair = (at: Curve, scalar: Uint8Array) => ciphers.agreementPair(at, scalar);
  return {
    encryption: toHex(keys.encryption),
    authentication: toHex(keys.authentication),
    broadcast: toHex(keys.broadcast),
    master: toHex(keys.master),
    secret: toHex(keys.secret),
    mbus: Object.fromEntries(
      mbus.map((_medium, at) => {
        const { master, user, firmware } = keys.mbus(at + 1);
        return [at + 1, { master: toHex(master), user: toHex(user), firmware: toHex(firmware) }];
      }),
    ),
    ...(curve !== undefined && {
      signing: toHex(pair(curve, keys.clientScalar).privateKey),
      serverSigning: toHex(pair(curve, keys.serverScalar).publicKey),
      agreement: toHex(pair(curve, keys.clientAgreementScalar).privateKey),
      serverAgreement: toHex(pair(curve, keys.serverAgreementScalar).publicKey),
    }),
  };
}
