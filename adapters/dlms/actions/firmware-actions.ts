import type { JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import { toHex } from "../../kit/bytes.ts";
import { attributeOf, type Procedure, readMany } from "../cosem/ask.ts";
import { transferImage } from "../cosem/image-transfer.ts";
import { printable } from "../cosem/values.ts";
import { octetsOf, type DlmsData } from "../data/data.ts";
import { type Obis, toObis } from "../obis.ts";
import { type ActionContext, type ActionResult, type DlmsAction, nameOf } from "./action.ts";
import { Input, invalid } from "./inputs.ts";

const VERSIONS = {
  "active-firmware-identifier": "active",
  "module-active-firmware-identifier": "module",
  "communication-module-active-firmware-identifier": "communicationModule",
  "mbus-driver-active-firmware-identifier": "mbusDriver",
} as const;
/** A file of `firmwareFolder`. */
export const IMAGE_NAME: RegExp = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;
/** Where a meter of no known profile has it. */
const ANY_ACTIVE: Obis = toObis("1.0.0.2.0.255");

/** `firmware.version`: of the meter and its modules; with `value.channel` of the M-Bus device there. */
export const firmwareVersion: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const channel = input.optionalInteger("channel", 1, 4);
    input.done();
    if (channel !== undefined) return mbusVersion(context, channel);
    return readVersions(context);
  },
};

function* readVersions(context: ActionContext): Procedure<ActionResult> {
  const known = Object.entries(VERSIONS).filter(([tag]) => context.profile.objects.has(tag));
  const wanted = known.length > 0 ? known : [["", "active"] as const];
  const results = yield* readMany(
    wanted.map(([tag]) => attributeOf(1, tag === "" ? ANY_ACTIVE : nameOf(context, tag), 2)),
  );
  const versions: JsonRecord = Object.fromEntries(
    wanted.map(([, name], index) => {
      const result = results[index];
      return [name, result?.kind === "data" ? (printable(result.data) ?? null) : null] as const;
    }),
  );
  return { result: versions };
}

const MBUS_VERSIONS = {
  "mbus-device-config-model": "model",
  "mbus-device-config-hardware-version": "hardware",
  "mbus-device-config-metrology-version": "metrology",
  "mbus-device-config-other-firmware-version": "other",
  "mbus-device-config-simple-version-info": "simple",
} as const;

function mbusVersion(context: ActionContext, channel: number): Procedure<ActionResult> {
  const wanted = Object.entries(MBUS_VERSIONS).map(([tag, name]) => ({
    name,
    instance: nameOf(context, tag, channel),
  }));
  return (function* (): Procedure<ActionResult> {
    const results = yield* readMany(wanted.map(({ instance }) => attributeOf(4, instance, 2)));
    const text = (data: DlmsData, name: string) => {
      const octets = octetsOf(data);
      return name === "simple" && octets !== undefined ? toHex(octets) : (printable(data) ?? null);
    };
    return {
      result: Object.fromEntries(
        wanted.map(({ name }, index) => {
          const result = results[index];
          return [name, result?.kind === "data" ? text(result.data, name) : null] as const;
        }),
      ),
    };
  })();
}

/**
 * `firmware.update`: brings the image of that name into the meter, verified, and activates it unless `value.activate` is
 * false. A transfer that broke off goes on where it stopped, when the same image is sent again.
 */
export const updateFirmware: DlmsAction = {
  // The activation restarts the meter; a transfer that is asked for again goes on.
  idempotent: false,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const name = input.text("image", IMAGE_NAME, "the name of an image");
    const activate = input.flag("activate", true);
    input.done();
    const image = context.settings.images(name);
    if (image === undefined) throw invalid(`there is no firmware image ${name}`);
    const digest = toHex(context.settings.ciphers.digest("sha256", [image.identifier, image.bytes])).slice(0, 32);
    return (function* (): Procedure<ActionResult> {
      const resumes = context.memory.image === digest;
      context.remember({ image: digest });
      const done = yield* transferImage({ image, resumes, activate, ...context.settings.image });
      if (activate) context.remember({ image: undefined });
      // A meter that restarts closes the connection: what it runs then is asked for in a command of its own.
      return { result: { image: name, bytes: image.bytes.length, ...done } };
    })();
  },
};
