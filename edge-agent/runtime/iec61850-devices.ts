import type { ConnectionOptions } from "node:tls";
import { clientTls } from "../../adapters/io/node/tls.ts";
import {
  type AssociationParameters,
  presetParameters,
  type Selectors,
  withoutEntity,
} from "../../adapters/iec61850/association/parameters.ts";
import { ORIGINATOR_CATEGORIES } from "../../adapters/iec61850/control/oper.ts";
import type { IedDevice } from "../../adapters/iec61850/device.ts";
import { PLAN_DEFAULTS, type ReportPlan, reportPattern } from "../../adapters/iec61850/report/plan.ts";
import { STREET_LIGHT_LD } from "../../adapters/iec61850/street-light/device-model.ts";
import { fromHex, utf8 } from "../../adapters/kit/bytes.ts";
import type {
  Backend,
  Iec61850Device as DeviceConfig,
  Iec61850Section,
  Iec61850Selectors,
  Iec61850Tls,
} from "../config/iec61850.ts";
import { readBytes, readSecret } from "../config/secrets.ts";
import type { KnownDevice } from "./device-book.ts";

/** An IED as the configuration has it, with what only the runtime needs. */
export type BookedIed = IedDevice &
  KnownDevice & {
    readonly backend: Backend;
    readonly port: number;
    readonly expectEveryMs: number | undefined;
    readonly tls: ConnectionOptions | undefined;
  };

/** Throws `config.secret.*` for files that cannot be read. */
export function toIed(device: DeviceConfig, section: Iec61850Section): BookedIed {
  const { originator } = section;
  return {
    uid: device.uid,
    protocolId: device.identification,
    group: device.group,
    expectEveryMs: device.expectEveryMs,
    profile: device.profile,
    backend: device.backend ?? section.backend,
    association: parametersOf(device),
    address: device.address,
    port: device.port,
    tls: device.tls === undefined ? undefined : tlsOf(device.tls),
    reports: device.reports ?? profileReports(device) ?? section.reports,
    originator: {
      category: ORIGINATOR_CATEGORIES.indexOf(originator.category),
      identification: originator.identification,
    },
    deviceType: device.type,
    relays: device.relays,
    position: device.position,
  };
}

/** Blocks of devices that always have the same: as they are configured, because nobody may write most of them. */
function profileReports({ profile }: DeviceConfig): readonly ReportPlan[] | undefined {
  const asTheyAre = { ...PLAN_DEFAULTS, asConfigured: true };
  switch (profile) {
    case "generic":
      return undefined;
    case "swdevice-010805":
      return [{ ...asTheyAre, pattern: reportPattern(`${STREET_LIGHT_LD}/LLN0.evn_rpn`) }];
    case "flexovl-540":
      return [{ ...asTheyAre, pattern: reportPattern("*LD0/LLN0.rcb_A") }];
  }
}

function parametersOf(device: DeviceConfig): AssociationParameters {
  const preset = presetParameters(device.stack);
  const { password } = device;
  const local = changed(preset.local, device.local);
  const remote = changed(preset.remote, device.remote);
  return {
    ...preset,
    local: device.omitTitles ? withoutEntity(local) : local,
    remote: device.omitTitles ? withoutEntity(remote) : remote,
    pduBytes: device.pduBytes,
    outstanding: device.outstanding,
    // Read when it is needed: a password that was changed counts at the next association.
    ...(password !== undefined && { password: () => utf8(readSecret(password)) }),
  };
}

function changed(selectors: Selectors, given: Iec61850Selectors | undefined): Selectors {
  if (given === undefined) return selectors;
  const { apTitle, aeQualifier } = given;
  return {
    ...selectors,
    transport: octets(given.transport) ?? selectors.transport,
    session: octets(given.session) ?? selectors.session,
    presentation: octets(given.presentation) ?? selectors.presentation,
    ...(apTitle !== undefined && { apTitle }),
    ...(aeQualifier !== undefined && { aeQualifier }),
  };
}

function octets(hex: string | undefined): Uint8Array | undefined {
  return hex === undefined ? undefined : fromHex(hex);
}

function tlsOf({ identity, serverName, ciphers }: Iec61850Tls): ConnectionOptions {
  const pem = (ref: Parameters<typeof readBytes>[0] | undefined): string | undefined =>
    ref === undefined ? undefined : Buffer.from(readBytes(ref)).toString("utf8");
  const [cert, key, ca] = [pem(identity.cert), pem(identity.key), pem(identity.ca)];
  const options = clientTls({
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ca,
    serverName,
  });
  return ciphers === undefined ? options : { ...options, ciphers };
}
