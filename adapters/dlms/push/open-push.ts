import type { Seams } from "../../kit/adapter.ts";
import { toHex } from "../../kit/bytes.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { decodeLeniently } from "../apdu/decode-apdu.ts";
import type { DataNotification, EventNotification } from "../apdu/notification.ts";
import type { GeneralCiphered, GeneralCiphering } from "../apdu/protection.ts";
import { materialOf, partyOf } from "../associate.ts";
import type { DlmsDevice } from "../device.ts";
import { readMemory } from "../memory.ts";
import { openApdu, openGeneral, type OpenedApdu } from "../security/envelope.ts";
import { keysReceived } from "../security/general-keys.ts";
import { ReplayGuard } from "../security/invocation-counter.ts";
import type { DlmsSettings } from "../settings.ts";
import { pushFault } from "./push-fault.ts";

/** A notification, and what proves whose it is. */
export interface OpenedPush {
  readonly notification: DataNotification | EventNotification;
  /** By its system title; `undefined` for a push without protection. */
  readonly device: DlmsDevice | undefined;
  readonly ciphered:
    | { readonly systemTitle: Uint8Array; readonly counter: number; readonly authenticated: boolean }
    | undefined;
}

/** Opens what a meter pushed; throws `dlms.*` for whatever is not a notification of a meter we know. */
export function openPush(octets: Uint8Array, settings: DlmsSettings, seams: Seams<DlmsDevice>): OpenedPush {
  const { apdu } = decodeLeniently(octets);
  if (apdu.kind === "data-notification" || apdu.kind === "event-notification") {
    return { notification: apdu, device: undefined, ciphered: undefined };
  }
  if (apdu.kind !== "general-glo-ciphering" && apdu.kind !== "general-ciphering") {
    throw pushFault("dlms.push.unexpected", `a meter pushes a ${apdu.kind}`, { native: apdu.kind });
  }
  const title = apdu.kind === "general-ciphering" ? apdu.originatorSystemTitle : apdu.systemTitle;
  const device = deviceOfTitle(title, settings, seams);
  const opened = openWith(apdu, device, settings);
  const memory = readMemory(seams.registry.memory(device.uid));
  // What carries no tag proves nothing, its counter neither.
  if (opened.control.authenticated)
    new ReplayGuard(device.counterRestarts ? undefined : memory.pushed).accept(opened.counter);
  const inner = decodeLeniently(opened.plain).apdu;
  if (inner.kind !== "data-notification" && inner.kind !== "event-notification") {
    throw pushFault("dlms.push.unexpected", `a meter pushes a ${inner.kind} inside protection`, { native: inner.kind });
  }
  const { authenticated } = opened.control;
  return { notification: inner, device, ciphered: { systemTitle: title, counter: opened.counter, authenticated } };
}

type Ciphered = GeneralCiphered | GeneralCiphering;

/** With the keys in force, and where they do not fit with those that are coming. */
function openWith(apdu: Ciphered, device: DlmsDevice, settings: DlmsSettings): OpenedApdu {
  const pairs = device.keys.next === undefined ? (["current"] as const) : (["current", "next"] as const);
  let fault: unknown;
  for (const pair of pairs) {
    const material = materialOf(device, pair);
    if (material === undefined) break;
    try {
      if (apdu.kind === "general-ciphering") {
        const holder = { ciphers: settings.ciphers, material, party: partyOf(device) };
        return openGeneral(settings.ciphers, apdu, () => keysReceived(holder, apdu));
      }
      return openApdu(settings.ciphers, { material, peerTitle: apdu.systemTitle }, apdu);
    } catch (thrown) {
      fault ??= thrown;
      if (!(thrown instanceof EdgeError) || thrown.code !== "dlms.security.deciphering-failed") throw thrown;
    }
  }
  if (fault !== undefined) throw fault;
  throw pushFault("dlms.push.unprotected", "a ciphered push, and the configuration has no key for this meter", {
    blame: "operator",
  });
}

function deviceOfTitle(title: Uint8Array, settings: DlmsSettings, { registry }: Seams<DlmsDevice>): DlmsDevice {
  const text = toHex(title);
  const uid = settings.deviceOfTitle(text);
  const device = uid === undefined ? registry.byMemory("title", text) : registry.byUid(uid);
  if (device !== undefined) return device;
  throw pushFault("dlms.device.unknown", `no meter has the system title ${text}`, { blame: "operator" });
}
