import type { DurationMs } from "../../kit/time.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { bool, type DlmsData, elementsOf, number, numberOf, octetString, octetsOf, structure } from "../data/data.ts";
import { equalBytes, toHex } from "../../kit/bytes.ts";
import { type Obis, toObis } from "../obis.ts";
import {
  attributeOf,
  invokeMethod,
  methodRefusal,
  pause,
  type Procedure,
  readAll,
  readAttribute,
  TEMPORARY_FAILURE,
  tryAttribute,
  tryMethod,
  writeAttribute,
} from "./ask.ts";

/** A firmware image as a meter takes it. */
export interface FirmwareImage {
  /** image_identifier, as its maker says. */
  readonly identifier: Uint8Array;
  readonly bytes: Uint8Array;
}

export interface ImageTransferPlan {
  readonly image: FirmwareImage;
  /** This image was initiated before and its transfer may go on where it stopped. */
  readonly resumes: boolean;
  /** Called whenever the meter has taken so much. */
  readonly progress?: ((blocks: number, of: number) => void) | undefined;
  /** Stop before the activation: the image waits, verified. */
  readonly activate: boolean;
  /** For a device behind the meter, which only passes it on: it verifies nothing itself and names no image it would activate. */
  readonly passedOn?: boolean;
  /** The meter is given so long to prepare, verify or activate. */
  readonly patienceMs: DurationMs;
  readonly pollEveryMs: DurationMs;
}

export interface ImageTransferResult {
  readonly blocks: number;
  readonly blockSize: number;
  /** Blocks that were there already. */
  readonly resumedAt: number;
  readonly verified: boolean;
  readonly activated: boolean;
  /** image_transfer_status at the end. */
  readonly status: number;
}

export const IMAGE_TRANSFER: Obis = toObis("0.0.44.0.0.255");
const CLASS = 18;

/** image_transfer_status (IEC 62056-6-2, 4.4.7.2.6). */
export const IMAGE_STATUS = {
  notInitiated: 0,
  initiated: 1,
  verificationInitiated: 2,
  verificationSuccessful: 3,
  verificationFailed: 4,
  activationInitiated: 5,
  activationSuccessful: 6,
  activationFailed: 7,
} as const;

/** Blocks that are sent anew at most, in all, before we believe that the meter does not keep them. */
const RESENDS_MAX = 200;
/** Octets of an image. */
export const IMAGE_BYTES_MAX = 16_777_216;
const BLOCK_BYTES_MAX = 65_000;

/**
 * Brings an image into the meter, verifies it and activates it (IEC 62056-6-2, 5.3.5): every answer counts, what is
 * missing is sent again so many times, and success is what the meter's own status says. Throws `dlms.image.*`.
 */
export function* transferImage(plan: ImageTransferPlan): Procedure<ImageTransferResult> {
  const { image } = plan;
  if (image.bytes.length === 0 || image.bytes.length > IMAGE_BYTES_MAX) {
    throw imageFault("dlms.image.size", `an image of ${image.bytes.length} octets`);
  }
  const blockSize = yield* prepare();
  const blocks = Math.ceil(image.bytes.length / blockSize);
  let status = yield* readStatus();
  let first = 0;
  if (plan.resumes && status === IMAGE_STATUS.initiated) {
    first = yield* firstMissing(blocks);
  } else if (!(plan.resumes && status === IMAGE_STATUS.verificationSuccessful)) {
    status = yield* initiate(plan);
  }
  if (status === IMAGE_STATUS.initiated) {
    yield* sendBlocks(plan, { first, blocks, blockSize });
    if (plan.passedOn !== true) yield* verify(plan);
  }
  const verified = plan.passedOn !== true;
  if (verified) yield* checkInfo(image);
  if (!plan.activate) {
    return { blocks, blockSize, resumedAt: first, verified, activated: false, status: yield* readStatus() };
  }
  const end = yield* verified ? activate(plan) : passOn(plan);
  return { blocks, blockSize, resumedAt: first, verified, activated: true, status: end };
}

function* prepare(): Procedure<number> {
  const [size, enabled] = yield* readAll([
    attributeOf(CLASS, IMAGE_TRANSFER, 2),
    attributeOf(CLASS, IMAGE_TRANSFER, 5),
  ]);
  if (enabled?.kind === "boolean" && !enabled.value) {
    yield* writeAttribute(attributeOf(CLASS, IMAGE_TRANSFER, 5), bool(true));
  }
  const blockSize = size === undefined ? undefined : numberOf(size);
  if (blockSize === undefined || blockSize < 1 || blockSize > BLOCK_BYTES_MAX) {
    throw imageFault("dlms.image.block-size", `the meter takes blocks of ${blockSize ?? "no"} octets`);
  }
  return blockSize;
}

function* initiate(plan: ImageTransferPlan): Procedure<number> {
  const { identifier, bytes } = plan.image;
  const size = number("double-long-unsigned", bytes.length);
  yield* invokeMethod(methodOf(1), structure(octetString(identifier), size));
  return yield* untilStatus(plan, "initiate", [IMAGE_STATUS.initiated], [IMAGE_STATUS.notInitiated]);
}

function* sendBlocks(
  plan: ImageTransferPlan,
  { first, blocks, blockSize }: { readonly first: number; readonly blocks: number; readonly blockSize: number },
): Procedure<void> {
  let from = first;
  let resends = 0;
  for (;;) {
    for (let block = from; block < blocks; block++) {
      const part = plan.image.bytes.subarray(block * blockSize, (block + 1) * blockSize);
      const { result } = yield* tryMethod(
        methodOf(2),
        structure(number("double-long-unsigned", block), octetString(part)),
      );
      if (result !== 0) {
        resends += 1;
        if (result !== TEMPORARY_FAILURE || resends > RESENDS_MAX) throw methodRefusal(methodOf(2), result);
        yield* pause(plan.pollEveryMs);
        block -= 1;
        continue;
      }
      plan.progress?.(block + 1, blocks);
    }
    const missing = yield* firstMissing(blocks);
    if (missing >= blocks) return;
    resends += blocks - missing;
    if (resends > RESENDS_MAX + blocks) {
      throw imageFault(
        "dlms.image.incomplete",
        `the meter still misses block ${missing} after ${resends} were sent again`,
      );
    }
    from = missing;
  }
}

function* verify(plan: ImageTransferPlan): Procedure<void> {
  const { result } = yield* tryMethod(methodOf(3), number("integer", 0));
  if (result !== 0 && result !== TEMPORARY_FAILURE) throw methodRefusal(methodOf(3), result);
  const status = yield* untilStatus(
    plan,
    "verify",
    [IMAGE_STATUS.verificationSuccessful, IMAGE_STATUS.activationInitiated, IMAGE_STATUS.activationSuccessful],
    [IMAGE_STATUS.initiated, IMAGE_STATUS.verificationInitiated],
  );
  if (status === IMAGE_STATUS.verificationFailed)
    throw imageFault("dlms.image.unverified", "the meter found the image wrong");
}

/** The meter says which image it would activate: it has to be the one we sent, where it says one. */
function* checkInfo(image: FirmwareImage): Procedure<void> {
  const info = yield* tryAttribute(attributeOf(CLASS, IMAGE_TRANSFER, 7));
  const entries = info === undefined ? undefined : elementsOf(info);
  if (entries === undefined || entries.length === 0) return;
  const identifiers = entries.map((entry) => octetsOf(elementsOf(entry)?.[1] ?? { kind: "null-data" }));
  if (identifiers.some((one) => one !== undefined && equalBytes(one, image.identifier))) return;
  const names = identifiers.map((one) => (one === undefined ? "none" : toHex(one))).join(", ");
  throw imageFault("dlms.image.other", `the meter would activate ${names}, not ${toHex(image.identifier)}`);
}

function* activate(plan: ImageTransferPlan): Procedure<number> {
  const { result } = yield* tryMethod(methodOf(4), number("integer", 0));
  if (result !== 0 && result !== TEMPORARY_FAILURE) throw methodRefusal(methodOf(4), result);
  const status = yield* untilStatus(
    plan,
    "activate",
    // Meters that restart answer with a fresh status.
    [IMAGE_STATUS.activationSuccessful, IMAGE_STATUS.notInitiated],
    [IMAGE_STATUS.verificationSuccessful, IMAGE_STATUS.activationInitiated],
  );
  if (status === IMAGE_STATUS.activationFailed)
    throw imageFault("dlms.image.inactive", "the meter could not activate the image");
  return status;
}

/** The meter gives the image to the device; what that makes of it the device's own version says, hours later at times. */
function* passOn(plan: ImageTransferPlan): Procedure<number> {
  const { result } = yield* tryMethod(methodOf(4), number("integer", 0));
  if (result !== 0 && result !== TEMPORARY_FAILURE) throw methodRefusal(methodOf(4), result);
  const { initiated, verificationInitiated, verificationSuccessful, activationInitiated } = IMAGE_STATUS;
  const taken = [IMAGE_STATUS.activationSuccessful, IMAGE_STATUS.notInitiated];
  const underWay = [verificationInitiated, activationInitiated];
  // A meter that said yes at once may leave the status as it was.
  const unmoved = [initiated, verificationSuccessful];
  return result === 0
    ? yield* untilStatus(plan, "activate", [...taken, ...unmoved], underWay)
    : yield* untilStatus(plan, "activate", taken, [...underWay, ...unmoved]);
}

/** Waits while the status is one of `pending`; throws for one that is neither pending nor reached. */
function* untilStatus(
  plan: ImageTransferPlan,
  what: string,
  reached: readonly number[],
  pending: readonly number[],
): Procedure<number> {
  let waited = 0;
  for (;;) {
    const status = yield* readStatus();
    if (reached.includes(status)) return status;
    if (!pending.includes(status)) {
      throw imageFault("dlms.image.status", `image ${what} ended with status ${status}`, status);
    }
    if (waited >= plan.patienceMs) {
      throw imageFault("dlms.image.slow", `image ${what} still has status ${status} after ${waited} ms`, status);
    }
    yield* pause(plan.pollEveryMs);
    waited += plan.pollEveryMs;
  }
}

function* readStatus(): Procedure<number> {
  const status = numberOf(yield* readAttribute(attributeOf(CLASS, IMAGE_TRANSFER, 6)));
  if (status === undefined) throw imageFault("dlms.image.status", "the meter's image transfer has no status");
  return status;
}

function* firstMissing(blocks: number): Procedure<number> {
  const data: DlmsData = yield* readAttribute(attributeOf(CLASS, IMAGE_TRANSFER, 4));
  const missing = numberOf(data);
  if (missing === undefined || missing < 0)
    throw imageFault("dlms.image.status", "the meter does not say what it misses");
  return Math.min(missing, blocks);
}

function methodOf(method: number) {
  return { classId: CLASS, instance: IMAGE_TRANSFER, method };
}

/** What goes wrong with an image; only one that the meter is slow with is worth another attempt. */
export type ImageFaultCode =
  | "dlms.image.size"
  | "dlms.image.block-size"
  | "dlms.image.incomplete"
  | "dlms.image.unverified"
  | "dlms.image.other"
  | "dlms.image.inactive"
  | "dlms.image.status"
  | "dlms.image.slow";

function imageFault(code: ImageFaultCode, message: string, native?: number): EdgeError {
  const retry = code === "dlms.image.slow" ? "backoff" : "never";
  return new EdgeError({ code, blame: "device", retry, message, ...(native === undefined ? {} : { native }) });
}
