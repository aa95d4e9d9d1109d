import type { Random } from "../kit/ports.ts";
import { ClientAssociation } from "./association/client-association.ts";
import { associationSettings, type AssociationSettings, securitySettings } from "./association/settings.ts";
import type { Authentication as AssociationAuthentication } from "./association/settings.ts";
import { dlmsFault } from "./codes.ts";
import type { Authentication, DlmsDevice, ProtectionName } from "./device.ts";
import { clientAddress, serverAddress } from "./hdlc/address.ts";
import { HdlcClientLink } from "./hdlc/client-link.ts";
import { AUTHENTICATED, AUTHENTICATED_ENCRYPTED, ENCRYPTED, type Protection, UNPROTECTED } from "./security/control.ts";
import type { SecurityMaterial } from "./security/envelope.ts";
import type { PartyKeys } from "./security/general-keys.ts";
import type { Mechanism } from "./security/hls.ts";
import type { InvocationCounters, ReplayGuard } from "./security/invocation-counter.ts";
import type { DlmsSettings } from "./settings.ts";
import type { DlmsLink } from "./transport/link.ts";
import { WrapperLink } from "./transport/wrapper.ts";

/** Which keys an association uses: those the configuration has now, or those it has for after a replacement. */
export type KeyPair = "current" | "next";

export interface AssociationPorts {
  readonly settings: DlmsSettings;
  readonly device: DlmsDevice;
  readonly random: Random;
}

const MECHANISMS: Readonly<Record<Authentication, Mechanism>> = {
  none: "lowest",
  lls: "low",
  "hls-manufacturer": "high-manufacturer",
  "hls-md5": "high-md5",
  "hls-sha1": "high-sha1",
  "hls-gmac": "high-gmac",
  "hls-sha256": "high-sha256",
  "hls-ecdsa": "high-ecdsa",
};

const PROTECTION: Readonly<Record<ProtectionName, Protection>> = {
  none: UNPROTECTED,
  authenticated: AUTHENTICATED,
  encrypted: ENCRYPTED,
  both: AUTHENTICATED_ENCRYPTED,
};

/** Whether an association with the meter uses invocation counters of ours. */
export function usesCounters({ protection, authentication }: DlmsDevice): boolean {
  return protection !== "none" || authentication === "hls-gmac";
}

/** The association of our configured client. Throws `dlms.security.key-missing` before anything is sent. */
export function deviceAssociation(
  ports: AssociationPorts,
  pair: KeyPair,
  counters: InvocationCounters,
  received: ReplayGuard,
  serverTitle: Uint8Array | undefined,
): ClientAssociation {
  const { device, random } = ports;
  const { ciphers } = ports.settings;
  const { protection, clientTitle, dedicated, form, generalCiphering, signs } = device;
  const material = materialOf(device, pair);
  if (protection !== "none" && material === undefined) throw keyMissing("an encryption key");
  const security =
    protection === "none" || material === undefined
      ? undefined
      : securitySettings(material, {
          protection: PROTECTION[protection],
          form,
          generalCiphering,
          signs,
          party: partyOf(device),
          dedicatedKey: dedicated,
        });
  const settings = associationSettings({
    ...common(ports),
    authentication: authenticationOf(device, material),
    security,
    clientSystemTitle: security !== undefined || needsTitle(device.authentication) ? clientTitle : undefined,
    serverSystemTitle: serverTitle,
  });
  return new ClientAssociation({ settings, link: linkOf(ports, device.client), ciphers, random, counters, received });
}

/** The public client: no authentication, no ciphering, hardly any rights; the invocation counter can be read. */
export function publicAssociation(ports: AssociationPorts): ClientAssociation {
  const settings = associationSettings(common(ports));
  const { random, device } = ports;
  const { ciphers } = ports.settings;
  return new ClientAssociation({ settings, link: linkOf(ports, device.publicClient), ciphers, random });
}

function common({ settings, device }: AssociationPorts): Partial<AssociationSettings> {
  const { responseMs } = settings.timeouts;
  return {
    referencing: device.referencing,
    maxReceivePduSize: device.maxPdu,
    listItemsMax: device.listMax,
    timeouts: { associateMs: responseMs, responseMs, releaseMs: Math.min(responseMs, 5_000) },
  };
}

export function linkOf({ device, settings }: AssociationPorts, client: number): DlmsLink {
  const { transport, server } = device;
  if (transport.kind === "wrapper") {
    return new WrapperLink({ clientWport: client, serverWport: server, carrier: transport.carrier });
  }
  const { physical, addressOctets, information, window } = transport;
  return new HdlcClientLink({
    client: clientAddress(client),
    server: serverAddress(server, physical, addressOctets),
    responseTimeoutMs: Math.max(1_000, Math.floor(settings.timeouts.responseMs / 4)),
    proposal: {
      informationTransmitMax: information,
      informationReceiveMax: information,
      windowTransmit: window,
      windowReceive: window,
    },
  });
}

export function materialOf(device: DlmsDevice, pair: KeyPair): SecurityMaterial | undefined {
  const { keys, suite } = device;
  const next = pair === "next" ? keys.next : undefined;
  const encryptionKey = next?.encryption ?? keys.encryption;
  if (encryptionKey === undefined) return undefined;
  return {
    suite,
    encryptionKey,
    authenticationKey: next?.authentication ?? keys.authentication,
    broadcastKey: keys.broadcast,
  };
}

/** What general-ciphering and general-signing with the meter need. */
export function partyOf({ keys }: DlmsDevice): PartyKeys {
  const { master, signing, serverSigning, agreement, serverAgreement } = keys;
  return { master, signing, peerSigning: serverSigning, agreement, peerAgreement: serverAgreement };
}

function authenticationOf(device: DlmsDevice, material: SecurityMaterial | undefined): AssociationAuthentication {
  const mechanism = MECHANISMS[device.authentication];
  const { secret, signing, serverSigning } = device.keys;
  switch (device.authentication) {
    case "none":
      return { mechanism };
    case "lls":
      if (secret === undefined) throw keyMissing("a password");
      return { mechanism, password: secret };
    case "hls-gmac":
      if (material === undefined) throw keyMissing("an encryption key");
      return { mechanism, gmac: material, gmacCounter: device.gmacCounter };
    case "hls-ecdsa":
      if (signing === undefined || serverSigning === undefined)
        throw keyMissing("a signing key and the meter's public key");
      return { mechanism, signingKey: signing, serverKey: serverSigning };
    default:
      if (secret === undefined) throw keyMissing("a secret");
      return { mechanism, secret, acceptSilentServer: device.authentication === "hls-manufacturer" };
  }
}

function needsTitle(authentication: Authentication): boolean {
  return authentication === "hls-gmac" || authentication === "hls-sha256" || authentication === "hls-ecdsa";
}

function keyMissing(what: string): Error {
  return dlmsFault("dlms.security.key-missing", `${what} is needed for this meter: there is none in its key file`, {
    blame: "operator",
  });
}
