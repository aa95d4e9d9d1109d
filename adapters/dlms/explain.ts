import { concat, equalBytes } from "../kit/bytes.ts";
import type { Ciphers } from "../kit/ciphers.ts";
import { EdgeError } from "../kit/edge-error.ts";
import type { Aare, Aarq } from "./apdu/acse.ts";
import type { Apdu } from "./apdu/apdu.ts";
import { decodeLeniently } from "./apdu/decode-apdu.ts";
import type { GeneralBlockTransfer } from "./apdu/general-block-transfer.ts";
import type { GeneralCiphered, GeneralCiphering, ServiceCiphered } from "./apdu/protection.ts";
import { apduName, plainTag } from "./apdu/tags.ts";
import { applicationContextOf, mechanismOfName } from "./association/names.ts";
import { type ExplainedLine, explainFields } from "./explain-values.ts";
import { addressText } from "./hdlc/address.ts";
import type { HdlcFrame } from "./hdlc/frame.ts";
import { FLAG } from "./hdlc/frame.ts";
import { HdlcFramer } from "./hdlc/framer.ts";
import { withoutLlc } from "./hdlc/llc.ts";
import { decodeParameters } from "./hdlc/negotiation.ts";
import { openApdu, openGeneral, type SecurityMaterial } from "./security/envelope.ts";
import { readSecurityHeader } from "./security/ciphering.ts";
import type { SecuritySuite } from "./security/suite.ts";
import { systemTitleText } from "./security/system-title.ts";
import { decodeWrapperPdu, WRAPPER_HEADER_OCTETS } from "./transport/wrapper.ts";

/** With which protected APDUs are opened; without it they are explained as far as that goes. */
export interface ExplainKeys {
  readonly ciphers: Ciphers;
  readonly material: SecurityMaterial;
  /** Of the sender, for forms that do not say it. */
  readonly systemTitle: Uint8Array | undefined;
}

export interface Explanation {
  readonly octets: number;
  readonly lines: readonly ExplainedLine[];
  /** What is wrong with it, in words. */
  readonly faults: readonly string[];
}

/** Frames, wrapper PDUs or bare APDUs, one after the other, layer by layer. Never throws on octets. */
export function explain(octets: Uint8Array, keys?: ExplainKeys | undefined): Explanation {
  const explaining = new Explaining(keys);
  explaining.stream(octets);
  return { octets: octets.length, lines: explaining.lines, faults: explaining.faults };
}

type ProtectedApdu = ServiceCiphered | GeneralCiphered | GeneralCiphering;

/** Levels of APDUs inside APDUs that are followed. */
const CARRIERS_MAX = 6;

class Explaining {
  readonly lines: ExplainedLine[] = [];
  readonly faults: string[] = [];
  readonly #keys: ExplainKeys | undefined;
  #segments: Uint8Array[] = [];
  #blocks: Uint8Array[] = [];
  /** Who spoke last as far as the octets say it: for protected APDUs that do not. */
  #titles: Uint8Array[] = [];
  #dedicatedKey: Uint8Array | undefined;

  constructor(keys: ExplainKeys | undefined) {
    this.#keys = keys;
  }

  stream(octets: Uint8Array): void {
    if (octets[0] === FLAG) this.#hdlc(octets);
    else if (looksWrapped(octets)) this.#wrapped(octets);
    else if (octets[0] === 0xe6 && (octets[1] === 0xe6 || octets[1] === 0xe7) && octets[2] === 0) {
      this.#line(0, "LLC", octets[1] === 0xe6 ? "command" : "response");
      this.#apdu(octets.subarray(3), 1);
    } else this.#apdu(octets, 0);
  }

  #hdlc(octets: Uint8Array): void {
    const framer = new HdlcFramer();
    const { frames, noise } = framer.cut(octets);
    // A capture that ends in the middle of a frame, or in something that only begins like one.
    const rest = framer.pending > 1 ? framer.pending : 0;
    for (const frame of frames) this.#attempt(() => this.#frame(frame));
    if (noise > 0) this.faults.push(`${noise} octets belong to no frame with a right check sequence`);
    if (rest > 0) this.faults.push(`${rest} octets of a frame that does not end`);
  }

  #frame(frame: HdlcFrame): void {
    const { destination, source, control, segmented, information } = frame;
    const numbers = "sendNumber" in control ? ` N(S)=${control.sendNumber}` : "";
    const received = "receiveNumber" in control ? ` N(R)=${control.receiveNumber}` : "";
    const segment = segmented ? ", more segments follow" : "";
    this.#line(0, "HDLC frame", `${control.kind}${numbers}${received} P/F=${control.poll ? 1 : 0}${segment}`);
    this.#line(1, "destination", addressText(destination));
    this.#line(1, "source", addressText(source));
    if (information.length === 0) return;
    if (control.kind === "SNRM" || control.kind === "UA") {
      explainFields(decodeParameters(information), 1, this.lines);
    } else if (control.kind === "I" || control.kind === "UI") {
      this.#segments.push(information);
      if (segmented) return;
      const whole = concat(this.#segments);
      this.#segments = [];
      this.#apdu(withoutLlc(whole), 1);
    }
  }

  #wrapped(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; ) {
      const rest = octets.subarray(at);
      const length = WRAPPER_HEADER_OCTETS + (((rest[6] ?? 0) << 8) | (rest[7] ?? 0));
      const end = this.#attempt(() => {
        const { source, destination, apdu } = decodeWrapperPdu(rest.subarray(0, length));
        this.#line(0, "wrapper", `wPort ${source} to ${destination}, ${apdu.length} octets`);
        this.#apdu(apdu, 1);
      });
      if (!end) return;
      at += length;
    }
  }

  #apdu(octets: Uint8Array, depth: number): void {
    this.#attempt(() => {
      const { apdu, trailing } = decodeLeniently(octets);
      this.#line(depth, "APDU", nameOf(apdu, octets[0] ?? 0));
      this.#explained(apdu, depth + 1);
      if (trailing > 0) this.faults.push(`${trailing} octets follow the ${apdu.kind}`);
    });
  }

  #explained(apdu: Apdu, depth: number): void {
    switch (apdu.kind) {
      case "aarq":
      case "aare":
        this.#acse(apdu, depth);
        return;
      case "service-ciphered":
      case "general-glo-ciphering":
      case "general-ded-ciphering":
      case "general-ciphering":
        this.#protected(apdu, depth);
        return;
      case "general-block-transfer":
        explainFields(apdu, depth, this.lines);
        this.#collect(apdu, depth);
        return;
      case "general-signing":
        explainFields({ ...apdu, content: undefined }, depth, this.lines);
        this.#inside(apdu.content, depth);
        return;
      case "rlrq":
      case "rlre":
        explainFields({ ...apdu, userInformation: undefined }, depth, this.lines);
        if (apdu.userInformation !== undefined) this.#inside(apdu.userInformation, depth);
        return;
      default:
        if (apdu.kind === "initiate-request") this.#dedicatedKey = apdu.dedicatedKey ?? this.#dedicatedKey;
        explainFields(apdu, depth, this.lines);
    }
  }

  /** What the blocks carry, where the first of them is among the octets. */
  #collect({ blockNumber, blockData, last }: GeneralBlockTransfer, depth: number): void {
    if (blockNumber <= 1) this.#blocks = [];
    if (blockNumber > 1 && this.#blocks.length === 0) return;
    this.#blocks.push(blockData);
    if (!last || blockData.length === 0) return;
    this.#line(depth, "carried", `${this.#blocks.length} blocks`);
    this.#inside(concat(this.#blocks.splice(0)), depth + 1);
  }

  #acse(apdu: Aarq | Aare, depth: number): void {
    const context = applicationContextOf(apdu.applicationContextName);
    const mechanism = apdu.mechanismName === undefined ? undefined : mechanismOfName(apdu.mechanismName);
    const title = apdu.kind === "aarq" ? apdu.callingApTitle : apdu.respondingApTitle;
    if (title !== undefined) this.#heard(title);
    explainFields({ ...apdu, userInformation: undefined }, depth, this.lines);
    if (context !== undefined) {
      this.#line(depth, "context", `${context.referencing}, ${context.ciphered ? "with" : "no"} ciphering`);
    }
    if (mechanism !== undefined) this.#line(depth, "mechanism", mechanism);
    if (apdu.userInformation !== undefined) this.#inside(apdu.userInformation, depth);
  }

  #protected(apdu: ProtectedApdu, depth: number): void {
    if (apdu.kind === "general-ciphering") explainFields({ ...apdu, content: undefined }, depth, this.lines);
    else if (apdu.kind !== "service-ciphered") this.#line(depth, "system title", systemTitleText(apdu.systemTitle));
    const { control, counter } = readSecurityHeader(apdu.content);
    const done = [control.authenticated ? "authenticated" : "", control.encrypted ? "encrypted" : ""].filter(Boolean);
    const key = control.broadcast ? ", broadcast key" : "";
    this.#line(depth, "security control", `suite ${control.suite}, ${done.join(" and ") || "not protected"}${key}`);
    this.#line(depth, "invocation counter", String(counter));
    if (this.#keys === undefined && (control.encrypted || control.authenticated)) {
      this.#line(depth, "content", `${apdu.content.length - 5} octets; give the keys to open them`);
      return;
    }
    const plain = this.#opened(apdu, control.suite);
    if (plain !== undefined) this.#inside(plain, depth);
  }

  /** With the title that fits: named, given, or heard before. */
  #opened(apdu: ProtectedApdu, suite: SecuritySuite): Uint8Array | undefined {
    const keys = this.#keys;
    if (keys === undefined) return apdu.content.subarray(5);
    const { ciphers } = keys;
    const { encryptionKey, dedicatedKey = this.#dedicatedKey ?? encryptionKey } = keys.material;
    const material = { ...keys.material, suite, dedicatedKey };
    if (apdu.kind === "general-ciphering") return openGeneral(ciphers, apdu, () => material).plain;
    const titles = [...(keys.systemTitle === undefined ? [] : [keys.systemTitle]), ...this.#titles];
    if (apdu.kind !== "service-ciphered" && apdu.systemTitle.length > 0) titles.unshift(apdu.systemTitle);
    let failed: unknown;
    for (const peerTitle of titles) {
      try {
        return openApdu(ciphers, { material, peerTitle }, apdu).plain;
      } catch (thrown) {
        failed ??= thrown;
      }
    }
    if (failed !== undefined) throw failed;
    this.faults.push("the system title of the sender is needed to open this");
    return undefined;
  }

  #inside(octets: Uint8Array, depth: number): void {
    if (depth <= 2 * CARRIERS_MAX) this.#apdu(octets, depth);
    else this.faults.push(`more than ${CARRIERS_MAX} APDUs inside each other`);
  }

  #heard(title: Uint8Array): void {
    if (!this.#titles.some((known) => equalBytes(known, title))) this.#titles.push(title.slice());
  }

  #line(depth: number, name: string, value: string): void {
    this.lines.push({ depth, name, value });
  }

  /** Whether it went well; what did not is one of the faults. */
  #attempt(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      this.faults.push(`${thrown.message} (${thrown.code})`);
      return false;
    }
  }
}

function looksWrapped(octets: Uint8Array): boolean {
  return octets.length > WRAPPER_HEADER_OCTETS && octets[0] === 0 && octets[1] === 1;
}

function nameOf(apdu: Apdu, tag: number): string {
  const inside = plainTag(tag);
  if (inside === undefined) return apdu.kind;
  return `${inside.key === "global" ? "glo" : "ded"}-${apduName(inside.plain) ?? "service"}`;
}
