import type { Ciphers } from "../../kit/ciphers.ts";
import type { GeneralCiphered, ServiceCiphered } from "../apdu/protection.ts";
import type { CipheringKey } from "../apdu/tags.ts";
import { dlmsFault } from "../codes.ts";
import { type Protection, suffices } from "../security/control.ts";
import { openApdu, type ProtectionForm, sealToOctets, type SecurityMaterial } from "../security/envelope.ts";
import { type InvocationCounters, ReplayGuard } from "../security/invocation-counter.ts";
import type { SecuritySettings } from "./settings.ts";

/** Octets around a plain APDU at most: tags, lengths, title, control, counter and tag. */
const OVERHEAD_OCTETS = 36;

export interface ProtectionParts {
  readonly ciphers: Ciphers;
  readonly settings: SecuritySettings;
  readonly clientSystemTitle: Uint8Array;
  readonly counters: InvocationCounters;
  /** What was accepted from this server before, with the global key. */
  readonly received: ReplayGuard;
}

/** Seals what we send and opens what the server sends, within one association. */
export class AssociationProtection {
  readonly #parts: ProtectionParts;
  readonly #receivedDedicated = new ReplayGuard();
  #material: SecurityMaterial;
  serverSystemTitle: Uint8Array;

  constructor(parts: ProtectionParts, serverSystemTitle: Uint8Array | undefined) {
    this.#parts = parts;
    this.#material = parts.settings.material;
    this.serverSystemTitle = serverSystemTitle ?? new Uint8Array(0);
  }

  readonly overheadOctets: number = OVERHEAD_OCTETS;

  /** From the next APDU on; both sides have it. */
  useDedicatedKey(dedicatedKey: Uint8Array): void {
    this.#material = { ...this.#material, dedicatedKey };
  }

  /**
   * Takes one invocation counter. Services go with the dedicated key where there is one, in the form of the settings;
   * making and ending the association go with the global key, service by service.
   */
  seal(plain: Uint8Array, purpose: "service" | "association"): Uint8Array {
    const { ciphers, settings, clientSystemTitle, counters } = this.#parts;
    const { protection } = settings;
    const service = purpose === "service";
    const form: ProtectionForm = service ? settings.form : "service-specific";
    const key: CipheringKey = service && this.#material.dedicatedKey !== undefined ? "dedicated" : "global";
    const sealing = { form, key, protection, systemTitle: clientSystemTitle, material: this.#material };
    return sealToOctets(ciphers, { ...sealing, counter: counters.take() }, plain);
  }

  /** Throws `dlms.security.*`: changed octets, replays, and less protection than was agreed. */
  open(apdu: ServiceCiphered | GeneralCiphered): { readonly plain: Uint8Array; readonly protection: Protection } {
    const { ciphers, settings, received } = this.#parts;
    const opened = openApdu(ciphers, { material: this.#material, peerTitle: this.serverSystemTitle }, apdu);
    if (!suffices(opened.control, settings.expected)) {
      throw dlmsFault("dlms.security.unprotected", "the server protects its answer less than was agreed");
    }
    // What carries no tag proves nothing, so it must not move what is remembered.
    if (opened.control.authenticated) {
      (opened.key === "global" ? received : this.#receivedDedicated).accept(opened.counter);
    }
    return { plain: opened.plain, protection: opened.control };
  }
}
