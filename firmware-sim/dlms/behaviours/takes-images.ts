import {
  array,
  bool,
  type DlmsData,
  elementsOf,
  enumerated,
  number,
  numberOf,
  octetsOf,
  octetString,
  structure,
} from "../../../adapters/dlms/data/data.ts";
import { concat, equalBytes, fromUtf8, toHex, utf8 } from "../../../adapters/kit/bytes.ts";
import { type DurationMs, type Instant, later } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import type { MeterState } from "../meter-state.ts";
import { type Call, type Method, readOnly, refused, type Refused, RESULT } from "../objects/cosem-object.ts";
import { object } from "../objects/simple.ts";
import { mbusDeviceTakes } from "./mbus-firmware.ts";

export interface ImageSettings {
  readonly blockOctets: number;
  readonly verifyMs: DurationMs;
  readonly activateMs: DurationMs;
}

export const IMAGE_SETTINGS: ImageSettings = { blockOctets: 216, verifyMs: 2_000, activateMs: 5_000 };

/** image_transfer_status of IEC 62056-6-2 4.4.6. */
const STATUS = {
  notInitiated: 0,
  initiated: 1,
  verificationInitiated: 2,
  verificationSuccessful: 3,
  verificationFailed: 4,
  activationInitiated: 5,
  activationSuccessful: 6,
  activationFailed: 7,
} as const;
export const IMAGE_OCTETS_MAX = 8_388_608;
/** An image whose identifier ends so does not verify: for tests of the other end. */
const CORRUPT = utf8(".corrupt");

interface Image {
  /** For the M-Bus device it names, and passed on to it: the meter verifies nothing. */
  readonly isPassedOn: boolean;
  readonly identifier: Uint8Array;
  readonly size: number;
  readonly blocks: (Uint8Array | undefined)[];
}

/** Class 18: firmware in blocks, checked whole before it is verified, verified before it is activated. */
export function takesImages(settings: ImageSettings = IMAGE_SETTINGS): Behaviour {
  return {
    name: "takes-images",
    begins: (meter) => {
      const transfer = new ImageTransfer(meter, settings);
      meter.objects.add(
        object(
          18,
          { obis: "0.0.44.0.0.255" },
          {
            2: readOnly(() => number("double-long-unsigned", settings.blockOctets)),
            3: readOnly(() => transfer.transferred()),
            4: readOnly(() => number("double-long-unsigned", transfer.firstMissing())),
            5: {
              get: () => bool(transfer.isEnabled),
              set: (value) => {
                if (value.kind !== "boolean") return RESULT.typeUnmatched;
                transfer.isEnabled = value.value;
                return RESULT.success;
              },
            },
            6: readOnly(() => enumerated(transfer.status)),
            7: readOnly(() => transfer.toActivate()),
          },
          { 1: transfer.initiate, 2: transfer.block, 3: transfer.verify, 4: transfer.activate },
        ),
      );
      return {};
    },
  };
}

class ImageTransfer {
  isEnabled = true;
  status: number = STATUS.notInitiated;
  #image: Image | undefined;
  readonly #meter: MeterState;
  readonly #settings: ImageSettings;

  constructor(meter: MeterState, settings: ImageSettings) {
    this.#meter = meter;
    this.#settings = settings;
  }

  readonly initiate: Method = (parameters) => {
    const [identifier, size] = parameters === undefined ? [] : (elementsOf(parameters) ?? []);
    const octets = identifier === undefined ? undefined : octetsOf(identifier);
    const length = size === undefined ? undefined : numberOf(size);
    if (octets === undefined || length === undefined) return refused(RESULT.typeUnmatched);
    if (!this.isEnabled) return refused(RESULT.readWriteDenied);
    if (length === 0 || length > IMAGE_OCTETS_MAX) return refused(RESULT.otherReason);
    const count = Math.ceil(length / this.#settings.blockOctets);
    const isPassedOn = octets.length === 19 && fromUtf8(octets.subarray(3, 7)) === "MBUS";
    this.#image = { isPassedOn, identifier: octets.slice(), size: length, blocks: new Array(count).fill(undefined) };
    this.status = STATUS.initiated;
    return undefined;
  };

  readonly block: Method = (parameters) => {
    const [id, value] = parameters === undefined ? [] : (elementsOf(parameters) ?? []);
    const at = id === undefined ? undefined : numberOf(id);
    const octets = value === undefined ? undefined : octetsOf(value);
    const image = this.#image;
    if (at === undefined || octets === undefined) return refused(RESULT.typeUnmatched);
    if (image === undefined || this.status !== STATUS.initiated) return refused(RESULT.otherReason);
    if (at >= image.blocks.length || octets.length > this.#settings.blockOctets) return refused(RESULT.otherReason);
    const isLast = at === image.blocks.length - 1;
    const whole = isLast ? image.size - at * this.#settings.blockOctets : this.#settings.blockOctets;
    // A last block may be padded, never short.
    if (octets.length < whole) return refused(RESULT.otherReason);
    image.blocks[at] = octets.slice(0, whole);
    return undefined;
  };

  /** Takes its time: `temporary-failure` says that it is under way. */
  readonly verify: Method = (_parameters, { now }: Call) => {
    if (this.status === STATUS.verificationInitiated) return refused(RESULT.temporaryFailure);
    if (this.status === STATUS.verificationSuccessful) return undefined;
    if (this.#image === undefined || this.status !== STATUS.initiated) return refused(RESULT.otherReason);
    this.status = STATUS.verificationInitiated;
    this.#meter.agenda.at(later(now, this.#settings.verifyMs), (at) => this.#verified(at));
    return refused(RESULT.temporaryFailure);
  };

  readonly activate: Method = (_parameters, { now }: Call) => {
    if (this.status === STATUS.activationInitiated) return refused(RESULT.temporaryFailure);
    const isReady = this.#image?.isPassedOn
      ? this.status === STATUS.initiated && this.firstMissing() === this.#image.blocks.length
      : this.status === STATUS.verificationSuccessful;
    if (!isReady) return refused(RESULT.otherReason);
    this.status = STATUS.activationInitiated;
    this.#meter.agenda.at(later(now, this.#settings.activateMs), (at) => this.#activated(at));
    return refused(RESULT.temporaryFailure);
  };

  transferred(): DlmsData {
    const blocks = this.#image?.blocks ?? [];
    const octets = new Uint8Array(Math.ceil(blocks.length / 8));
    for (const [at, block] of blocks.entries()) {
      if (block !== undefined) octets[at >> 3] = (octets[at >> 3] ?? 0) | (0x80 >> (at & 7));
    }
    return { kind: "bit-string", octets, length: blocks.length };
  }

  firstMissing(): number {
    const blocks = this.#image?.blocks ?? [];
    const missing = blocks.indexOf(undefined);
    return missing < 0 ? blocks.length : missing;
  }

  toActivate(): DlmsData | Refused {
    const image = this.#image;
    if (image === undefined || this.status < STATUS.verificationSuccessful) return array([]);
    const signature = image.blocks[0]?.subarray(0, 16) ?? new Uint8Array(0);
    return array([
      structure(number("double-long-unsigned", image.size), octetString(image.identifier), octetString(signature)),
    ]);
  }

  #verified(now: Instant): void {
    const image = this.#image;
    if (image === undefined) return;
    const isWhole = this.firstMissing() === image.blocks.length;
    const isCorrupt = equalBytes(image.identifier.slice(-CORRUPT.length), CORRUPT);
    this.status = isWhole && !isCorrupt ? STATUS.verificationSuccessful : STATUS.verificationFailed;
    if (this.status === STATUS.verificationSuccessful)
      this.#meter.notice({ kind: "event", log: "standard", code: 17 }, now);
  }

  #activated(now: Instant): void {
    const image = this.#image;
    if (image === undefined) return;
    if (image.isPassedOn) {
      const taken = mbusDeviceTakes(this.#meter, concat(image.blocks.filter((one) => one !== undefined)));
      this.status = taken === undefined ? STATUS.activationFailed : STATUS.activationSuccessful;
      if (taken !== undefined) this.#meter.notice({ kind: "mbus-image-activated", ...taken }, now);
      return;
    }
    this.status = STATUS.activationSuccessful;
    const identifier = fromUtf8(image.identifier) ?? toHex(image.identifier);
    this.#meter.notice({ kind: "image-activated", identifier }, now);
  }
}
