import { concat } from "../../kit/bytes.ts";
import type { KeyRef } from "../../kit/adapter.ts";
import { attributeOf, invokeMethod, type Procedure, readAttribute, writeAttribute } from "../cosem/ask.ts";
import { array, enumerated, number, numberOf, octetString, structure } from "../data/data.ts";
import { dlmsFault } from "../codes.ts";
import {
  coupleDevice,
  decoupleChannel,
  KEY_STATUSES,
  type MbusChannel,
  MBUS_CHANNELS,
  mbusClient,
  mbusMedium,
  type MbusSlot,
  scanChannels,
  transferKey,
} from "../cosem/m-bus.ts";
import { localCivil } from "../cosem/time-zone.ts";
import { fromCivil, SECOND_MS } from "../../kit/time.ts";
import type { JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import { keyMark } from "../memory.ts";
import { toObis } from "../obis.ts";
import { type ActionContext, type ActionResult, type DlmsAction, nameOf } from "./action.ts";
import { commandFault, Input } from "./inputs.ts";
import { channelsOf } from "./reading-actions.ts";

const SECURITY_SETUP = toObis("0.0.43.0.0.255");
/** key_id of key_transfer (IEC 62056-6-2, 4.4.7). */
const ENCRYPTION_KEY_ID = 0;
const AUTHENTICATION_KEY_ID = 2;

/**
 * `keys.replace`: brings the configured next keys into the meter, wrapped with its master key, both in one request, so that
 * it never has one of each. From then on the next keys are used; what says so is remembered with the result.
 */
export const replaceKeys: DlmsAction = {
  idempotent: false,
  prepare: (request, context) => {
    new Input(request.value).done();
    const { master, next } = context.device.keys;
    if (master === undefined || next === undefined) {
      throw commandFault(
        "dlms.command.key-missing",
        "the configuration has no master key, or no next keys, for this meter",
      );
    }
    const mark = keyMark(context.settings.ciphers, next.encryption);
    if (context.memory.keyMark === mark) {
      throw commandFault(
        "dlms.command.invalid",
        "the meter has the next keys already: make them its keys in the configuration",
      );
    }
    const instance = context.profile.objects.has("security-setup") ? nameOf(context, "security-setup") : SECURITY_SETUP;
    return (function* (): Procedure<ActionResult> {
      const wrapped = (id: number, key: KeyRef) =>
        structure(enumerated(id), octetString(context.settings.ciphers.wrapKey(master, key)));
      // Should its answer be lost, the next association tries one pair and then the other.
      yield* invokeMethod(
        { classId: 64, instance, method: 2 },
        array([wrapped(AUTHENTICATION_KEY_ID, next.authentication), wrapped(ENCRYPTION_KEY_ID, next.encryption)]),
      );
      // The meter counts from the beginning with new keys; ours goes on, so that no value is ever used twice.
      context.remember({ keyMark: mark, received: undefined, pushed: undefined });
      return { result: { replaced: ["authentication", "encryption"] } };
    })();
  },
};

/** `mbus.scan`: which devices are behind the meter. */
export const scanMbus: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const channels = channelsOf(new Input(request.value));
    return (function* (): Procedure<ActionResult> {
      const slots = yield* scanChannels(channels, context.profile.mbusIdentification);
      return { result: { channels: slots.map(slotJson) } };
    })();
  },
};

/** `mbus.couple`: to the channel that has the device already, else to the first free one. */
export const coupleMbus: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const device = {
      identification: input.text("identification", /^\d{1,8}$/, "up to eight digits"),
      manufacturer: input.text("manufacturer", /^[A-Z]{3}$/, "three letters"),
      version: input.integer("version", 0, 255),
      deviceType: input.integer("deviceType", 0, 255),
    };
    const address = input.optionalInteger("primaryAddress", 0, 250);
    input.done();
    return (function* (): Procedure<ActionResult> {
      const coupled = yield* coupleDevice(device, context.profile.mbusIdentification, address);
      if (coupled === undefined) {
        throw dlmsFault("dlms.service.refused", "all four channels have other devices", { blame: "operator" });
      }
      return { result: { ...coupled, ...device } };
    })();
  },
};

/** `mbus.decouple`: frees a channel; the result is what was there. */
export const decoupleMbus: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const channel = channelInput(new Input(request.value));
    return (function* (): Procedure<ActionResult> {
      return { result: slotJson(yield* decoupleChannel(channel, context.profile.mbusIdentification)) };
    })();
  },
};

/** `mbus.key-status`. */
export const mbusKeyStatus: DlmsAction = {
  idempotent: true,
  prepare: (request) => {
    const channel = channelInput(new Input(request.value));
    return (function* (): Procedure<ActionResult> {
      const status = numberOf(yield* readAttribute(attributeOf(72, mbusClient(channel), 14)));
      return { result: { channel, status: KEY_STATUSES[status ?? -1] ?? `unknown-${status}` } };
    })();
  },
};

/** `mbus.set-key`: gives an M-Bus device the user key the configuration has for its channel. */
export const setMbusKey: DlmsAction = {
  idempotent: false,
  prepare: (request, context) => {
    const channel = channelInput(new Input(request.value));
    const keys = context.device.mbusKeys[channel];
    if (keys === undefined) {
      throw commandFault("dlms.command.key-missing", `the configuration has no M-Bus keys for channel ${channel}`);
    }
    const form = context.profile.mbusKey;
    if (form === "none") {
      throw commandFault(
        "dlms.command.not-in-profile",
        `${context.profile.title} does not say how M-Bus keys are wrapped`,
      );
    }
    return (function* (): Procedure<ActionResult> {
      const plain = context.settings.ciphers.password(keys.user);
      const wrapped =
        form === "aes-cbc"
          ? context.settings.ciphers.aesEcb(keys.master, plain)
          : yield* sealedKey(context, channel, keys.master, plain);
      yield* transferKey(channel, octetString(wrapped), octetString(plain));
      return { result: { channel, transferred: true } };
    })();
  },
};

const USER_KEY_ID = 0;
const KEY_OCTETS = 16;
/** Of the truncated tag. */
const KEY_TAG_OCTETS = 8;
const EPOCH_2000 = { year: 2000, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 };

/** KCC ‖ AES-GCM of (key id ‖ length ‖ key); the counter is the local seconds since 2000, the IV names the device. */
function* sealedKey(
  context: ActionContext,
  channel: MbusChannel,
  master: KeyRef,
  plain: Uint8Array,
): Procedure<Uint8Array> {
  const [id, manufacturer] = [
    numberOf(yield* readAttribute(attributeOf(72, mbusClient(channel), 6))),
    numberOf(yield* readAttribute(attributeOf(72, mbusClient(channel), 7))),
  ];
  if (id === undefined || manufacturer === undefined || id === 0) {
    throw dlmsFault("dlms.service.refused", `channel ${channel} has no device`, { blame: "operator" });
  }
  const local = fromCivil(localCivil(context.wall(), context.meter.zone)) ?? context.wall();
  const counter = new Uint8Array(4);
  new DataView(counter.buffer).setUint32(0, Math.floor((local - (fromCivil(EPOCH_2000) ?? 0)) / SECOND_MS));
  const iv = new Uint8Array(12);
  const view = new DataView(iv.buffer);
  view.setUint32(0, Number.parseInt(String(id).padStart(8, "0"), 16), true);
  view.setUint16(4, manufacturer, true);
  iv.set([0x50, 0x03], 6);
  iv.set(counter, 8);
  const sealed = context.settings.ciphers.gcmSeal({
    key: master,
    iv,
    aad: [],
    plaintext: concat([new Uint8Array([USER_KEY_ID, KEY_OCTETS]), plain]),
    tagOctets: 16,
  });
  return concat([counter, sealed.subarray(0, sealed.length - 16 + KEY_TAG_OCTETS)]);
}

/** `mbus.clear-status`: takes the status bits of every M-Bus device back. */
export const clearMbusStatus: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    new Input(request.value).done();
    const channels = MBUS_CHANNELS.map((channel) => ({
      channel,
      status: attributeOf(4, nameOf(context, "read-mbus-status", channel), 2),
      clear: attributeOf(1, nameOf(context, "clear-mbus-status", channel), 2),
    }));
    return (function* (): Procedure<ActionResult> {
      const cleared: JsonRecord = {};
      for (const { channel, status, clear } of channels) {
        const mask = numberOf(yield* readAttribute(status)) ?? 0;
        if (mask === 0) continue;
        yield* writeAttribute(clear, number("double-long-unsigned", mask));
        yield* invokeMethod({ classId: 72, instance: mbusClient(channel), method: 4 }, number("integer", 0));
        Object.assign(cleared, { [`channel${channel}`]: mask });
      }
      return { result: { cleared } };
    })();
  },
};

function channelInput(input: Input): MbusChannel {
  const channel = input.integer("channel", 1, 4) as MbusChannel;
  input.done();
  return channel;
}

function slotJson({ channel, primaryAddress, device }: MbusSlot): JsonRecord {
  if (device === undefined) return { channel, coupled: false };
  return {
    channel,
    coupled: true,
    primaryAddress: primaryAddress ?? null,
    ...device,
    medium: mbusMedium(device.deviceType),
  };
}
