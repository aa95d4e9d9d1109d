import { toHex } from "../../kit/bytes.ts";
import { dlmsFault } from "../codes.ts";
import type { Procedure } from "../cosem/ask.ts";
import { transferImage } from "../cosem/image-transfer.ts";
import { type MbusChannel, scanChannels } from "../cosem/m-bus.ts";
import { addressMbusFirmware, isForDevice, readMbusFirmware } from "../cosem/mbus-firmware.ts";
import { type ActionResult, type DlmsAction, nameOf } from "./action.ts";
import { IMAGE_NAME } from "./firmware-actions.ts";
import { commandFault, Input, invalid } from "./inputs.ts";

/**
 * `mbus.update-firmware`: brings the image of that name to the M-Bus device of a channel, through the meter, which passes it
 * on without looking into it. Which device is there the meter says; a file its maker meant for others is refused before
 * the first block, and the device itself checks the tag that is made for it.
 */
export const updateMbusFirmware: DlmsAction = {
  idempotent: false,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const channel = input.integer("channel", 1, 4) as MbusChannel;
    const name = input.text("image", IMAGE_NAME, "the name of an image");
    const activate = input.flag("activate", true);
    input.done();
    // What has no place for the firmware a device runs has none for a new one: companion standards before SMR 5.
    nameOf(context, "mbus-device-config-simple-version-info", channel);
    const key = context.device.mbusKeys[channel]?.firmware;
    if (key === undefined) {
      const why = `the configuration has no firmware key for the M-Bus device of channel ${channel}`;
      throw commandFault("dlms.command.key-missing", why);
    }
    const file = context.settings.images(name);
    if (file === undefined) throw invalid(`there is no firmware image ${name}`);
    const firmware = readMbusFirmware(file.bytes);
    if (typeof firmware === "string") throw invalid(`${name} is no firmware of an M-Bus device: ${firmware}`);
    return (function* (): Procedure<ActionResult> {
      const [slot] = yield* scanChannels([channel], context.profile.mbusIdentification);
      const device = slot?.device;
      if (device === undefined) {
        throw dlmsFault("dlms.service.refused", `channel ${channel} has no device`, { blame: "operator" });
      }
      const fits = isForDevice(firmware, device);
      if (fits !== true) throw dlmsFault("dlms.service.refused", `${name}: ${fits}`, { blame: "operator" });
      const { ciphers } = context.settings;
      const image = addressMbusFirmware(firmware, device, ciphers, key);
      const digest = toHex(ciphers.digest("sha256", [image.identifier, image.bytes])).slice(0, 32);
      const resumes = context.memory.image === digest;
      context.remember({ image: digest });
      const done = yield* transferImage({ image, resumes, activate, passedOn: true, ...context.settings.image });
      if (activate) context.remember({ image: undefined });
      const { identification, manufacturer } = device;
      return {
        result: { image: name, bytes: image.bytes.length, channel, identification, manufacturer, ...done },
      };
    })();
  },
};
