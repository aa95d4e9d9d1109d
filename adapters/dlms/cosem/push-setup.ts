import { fromUtf8, utf8 } from "../../kit/bytes.ts";
import {
  array,
  type DlmsData,
  elementsOf,
  enumerated,
  numberOf,
  octetString,
  octetsOf,
  structure,
} from "../data/data.ts";
import { type Obis, toObis } from "../obis.ts";
import { attributeOf, type Procedure, readMany, writeMany } from "./ask.ts";
import { type CaptureObject, captureObjectData, captureObjectsOf } from "./profile-generic.ts";

/** Push setups of the Dutch companion standards (class 40). */
export const PUSH_SETUPS: Readonly<Record<"scheduler" | "alarm" | "sms" | "udp", Obis>> = {
  scheduler: toObis("0.0.25.9.0.255"),
  alarm: toObis("0.1.25.9.0.255"),
  sms: toObis("0.2.25.9.0.255"),
  udp: toObis("0.3.25.9.0.255"),
};
export type PushSetupName = keyof typeof PUSH_SETUPS;

/** transport_service (IEC 62056-6-2, 5.3.8.2.3). */
export const TRANSPORT_SERVICES = ["tcp", "udp", "ftp", "smtp", "sms", "hdlc", "m-bus", "zigbee", "gateway"] as const;
export type TransportService = (typeof TRANSPORT_SERVICES)[number];

export interface PushDestination {
  readonly transport: TransportService;
  /** `192.0.2.1:9598`, as the meter's network knows it. */
  readonly destination: string;
  /** 0 A-XDR encoded xDLMS, 1 XML, 128 and above of the manufacturer. */
  readonly message: number;
}

export interface PushSetup {
  readonly objects: readonly CaptureObject[];
  readonly destination: PushDestination | undefined;
  readonly randomisationS: number | undefined;
  readonly retries: number | undefined;
  readonly repetitionDelayS: number | undefined;
}

const CLASS = 40;

export function* readPushSetup(instance: Obis): Procedure<PushSetup> {
  const results = yield* readMany([2, 3, 5, 6, 7].map((attribute) => attributeOf(CLASS, instance, attribute)));
  const [objects, destination, randomisation, retries, delay] = results.map((result) =>
    result.kind === "data" ? result.data : undefined,
  );
  const listed = objects === undefined ? [] : (elementsOf(objects) ?? []);
  return {
    objects: objects === undefined || listed.length === 0 ? [] : captureObjectsOf(objects),
    destination: destination === undefined ? undefined : destinationOf(destination),
    randomisationS: numeric(randomisation),
    retries: numeric(retries),
    repetitionDelayS: numeric(delay),
  };
}

/** Writes what is given and leaves the rest. */
export function* writePushSetup(
  instance: Obis,
  setup: {
    readonly objects?: readonly CaptureObject[] | undefined;
    readonly destination?: PushDestination | undefined;
  },
): Procedure<void> {
  const pairs: [ReturnType<typeof attributeOf>, DlmsData][] = [];
  if (setup.objects !== undefined) {
    pairs.push([attributeOf(CLASS, instance, 2), array(setup.objects.map(captureObjectData))]);
  }
  if (setup.destination !== undefined) {
    const { transport, destination, message } = setup.destination;
    pairs.push([
      attributeOf(CLASS, instance, 3),
      structure(enumerated(TRANSPORT_SERVICES.indexOf(transport)), octetString(utf8(destination)), enumerated(message)),
    ]);
  }
  yield* writeMany(pairs);
}

function destinationOf(data: DlmsData): PushDestination | undefined {
  const [service, destination, message] = elementsOf(data) ?? [];
  const transport = TRANSPORT_SERVICES[numeric(service) ?? -1];
  const octets = destination === undefined ? undefined : octetsOf(destination);
  if (transport === undefined || octets === undefined) return undefined;
  return { transport, destination: fromUtf8(octets) ?? "", message: numeric(message) ?? 0 };
}

function numeric(data: DlmsData | undefined): number | undefined {
  return data === undefined ? undefined : numberOf(data);
}
