import type { JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import { attributeOf, type Procedure, readAttribute, writeAttribute } from "../cosem/ask.ts";
import type { CaptureObject } from "../cosem/profile-generic.ts";
import {
  type PushDestination,
  PUSH_SETUPS,
  readPushSetup,
  TRANSPORT_SERVICES,
  writePushSetup,
  type PushSetup,
} from "../cosem/push-setup.ts";
import { fromCivil, toCivil } from "../../kit/time.ts";
import { array, octetString, structure } from "../data/data.ts";
import { obisText } from "../obis.ts";
import { writeDate, writeTime } from "../cosem/date-time.ts";
import { localCivil } from "../cosem/time-zone.ts";
import { type ActionContext, type ActionResult, type DlmsAction, nameOf } from "./action.ts";
import { Input, invalid } from "./inputs.ts";

const NAMES = ["scheduler", "alarm", "sms", "udp"] as const;

/** `push.get`: what a push setup sends, and where to. */
export const getPushSetup: DlmsAction = {
  idempotent: true,
  prepare: (request) => {
    const input = new Input(request.value);
    const setup = input.choice("setup", NAMES);
    input.done();
    return (function* (): Procedure<ActionResult> {
      return { result: pushJson(yield* readPushSetup(PUSH_SETUPS[setup])) };
    })();
  },
};

/** `push.set`: destination and objects; every object is read first, so that a meter is not told to push what it has not. */
export const setPushSetup: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const setup = input.choice("setup", NAMES);
    const destination = input.has("destination") ? destinationInput(input, setup, context) : undefined;
    const objects = input.has("objects") ? input.records("objects", 1, 32).map(objectInput) : undefined;
    input.done();
    if (destination === undefined && objects === undefined)
      throw invalid("value.destination or value.objects is given");
    return (function* (): Procedure<ActionResult> {
      for (const { classId, instance, attribute } of objects ?? []) {
        yield* readAttribute(attributeOf(classId, instance, attribute));
      }
      yield* writePushSetup(PUSH_SETUPS[setup], { objects, destination });
      return { result: pushJson(yield* readPushSetup(PUSH_SETUPS[setup])) };
    })();
  },
};

function destinationInput(input: Input, setup: (typeof NAMES)[number], { profile }: ActionContext): PushDestination {
  const usual = setup === "udp" ? "udp" : setup === "sms" ? "sms" : "tcp";
  return {
    destination: input.text("destination", /^[\x21-\x7e]{3,120}$/, "host:port or a telephone number"),
    transport: input.optionalChoice("transport", TRANSPORT_SERVICES) ?? usual,
    message: input.optionalInteger("message", 0, 255) ?? profile.pushMessage,
  };
}

function objectInput(input: Input): CaptureObject {
  const object = {
    classId: input.integer("class", 1, 65_535),
    instance: input.obis("object"),
    attribute: input.optionalInteger("attribute", 0, 127) ?? 2,
    dataIndex: 0,
  };
  input.done();
  return object;
}

function pushJson(setup: PushSetup): JsonRecord {
  const { objects, destination, randomisationS, retries, repetitionDelayS } = setup;
  return {
    objects: objects.map((one) => `${one.classId}/${obisText(one.instance)}/${one.attribute}`),
    ...(destination === undefined ? {} : { ...destination }),
    ...(randomisationS === undefined ? {} : { randomisationSeconds: randomisationS }),
    ...(retries === undefined ? {} : { retries }),
    ...(repetitionDelayS === undefined ? {} : { repetitionDelaySeconds: repetitionDelayS }),
  };
}

/** `test-alarm.schedule`: has the meter raise a test alarm at a time: `phase-outage` or `last-gasp`. */
export const scheduleTestAlarm: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const alarm = input.choice("alarm", ["phase-outage", "last-gasp"]);
    const at = input.time("at");
    input.done();
    if (at <= context.wall()) throw invalid("value.at is in the future");
    const instance = nameOf(context, `${alarm}-test`);
    const local = localCivil(at, context.meter.zone);
    const day = fromCivil({ ...local, hour: 12, minute: 0, second: 0, millisecond: 0 });
    const weekday = day === undefined ? undefined : toCivil(day).weekday;
    const time = { hour: local.hour, minute: local.minute, second: local.second, hundredths: 0 };
    return (function* (): Procedure<ActionResult> {
      yield* writeAttribute(
        attributeOf(22, instance, 4),
        array([structure(octetString(writeTime(time)), octetString(writeDate({ ...local, weekday })))]),
      );
      return { result: { alarm, object: obisText(instance) } };
    })();
  },
};
