import type { Apdu } from "../../../adapters/dlms/apdu/apdu.ts";
import { encodeApdu } from "../../../adapters/dlms/apdu/encode-apdu.ts";
import {
  array,
  type DlmsData,
  elementsOf,
  enumerated,
  number,
  numberOf,
  octetsOf,
  octetString,
  structure,
} from "../../../adapters/dlms/data/data.ts";
import { clientAddress, serverAddress } from "../../../adapters/dlms/hdlc/address.ts";
import { hdlcPushFrames } from "../../../adapters/dlms/push/hdlc-pushes.ts";
import { encodeWrapperPdu } from "../../../adapters/dlms/transport/wrapper.ts";
import { concat, fromUtf8, utf8 } from "../../../adapters/kit/bytes.ts";
import { type Instant, SECOND_MS } from "../../../adapters/kit/time.ts";
import { PLAIN, type Cover } from "../association/cover.ts";
import { Protector } from "../association/protector.ts";
import type { AssociationView } from "../association/association-view.ts";
import type { Behaviour } from "../behaviour.ts";
import type { MeterState } from "../meter-state.ts";
import { MECHANISM, PUBLIC_CLIENT } from "../meter-client.ts";
import { standardOf, wantedOf } from "../objects/catalogue.ts";
import { attributeOf, type CosemObject, kept } from "../objects/cosem-object.ts";
import { columnData, column, columnOf, type Column } from "../objects/profile-generic.ts";
import { object } from "../objects/simple.ts";
import { PUSHES_MAX } from "../push.ts";

/** transport_service of a push setup. */
const [TCP, UDP] = [0, 1];
/** Own forms of the manufacturers: those of DSMR 4 among them. */
const MANUFACTURER_MESSAGE = 128;
/** Who a push is for where the setup has no client SAP: class 40 version 0 has none. */
const PUSH_CLIENT = 102;
/** So short that most pushes are several segments. */
const PUSH_INFORMATION_OCTETS = 64;
/** So short that every push is several blocks. */
const PUSH_BLOCK_OCTETS = 20;

interface Setup {
  readonly obis: string;
  readonly object: CosemObject;
}

/** Push setups (class 40): tells alarms, and that the meter is back, to where it was told to. */
export function pushes(): Behaviour {
  return {
    name: "pushes",
    begins: (meter) => {
      const setups: Setup[] = [];
      const begin = (obis: string, now: Instant): void => {
        const setup = setups.find((one) => one.obis === obis);
        if (setup !== undefined) push(meter, setup, now);
      };
      for (const { entry, obis } of wantedOf(meter)) {
        if (entry.class !== 40) continue;
        const setup = { obis, object: setupOf(meter, entry.tag, obis, begin) };
        setups.push(setup);
        meter.objects.add(setup.object);
      }
      return {
        starts: (now) => begin(WAKE_UP, now),
        notices: (notice, now) => {
          if (notice.kind === "alarm-raised") begin(notice.register === 3 ? LAST_GASP : ALARM, now);
        },
      };
    },
  };
}

const ALARM = "0.1.25.9.0.255";
const WAKE_UP = "0.2.25.9.0.255";
const LAST_GASP = "0.3.25.9.0.255";

function setupOf(
  meter: MeterState,
  tag: string,
  obis: string,
  begin: (obis: string, now: Instant) => void,
): CosemObject {
  const { pushMessage } = standardOf(meter);
  const service = tag === "push-setup-udp" ? UDP : TCP;
  const destination = octetString(utf8(meter.pushTo ?? ""));
  return object(
    40,
    { obis },
    {
      2: kept(array(listOf(meter, tag, obis).map(columnData))),
      3: kept(structure(enumerated(service), destination, enumerated(pushMessage))),
      4: kept(array([])),
      5: kept(number("long-unsigned", 0)),
      6: kept(number("unsigned", 3)),
      7: kept(number("long-unsigned", 10)),
    },
    {
      1: (_parameters, { now }) => {
        begin(obis, now);
        return undefined;
      },
    },
  );
}

/** Equipment identifier, the setup itself, and what it is about. */
function listOf(meter: MeterState, tag: string, obis: string): readonly Column[] {
  const list = [column(1, "0.0.96.1.1.255"), column(40, obis, 1)];
  const has = (register: number): boolean => standardOf(meter).objects.has(`alarm-register-${register}`);
  if (tag === "push-setup-alarm") {
    list.push(column(1, "0.0.97.98.0.255"));
    if (has(2)) list.push(column(1, "0.0.97.98.1.255"));
  }
  if (tag === "push-setup-udp" && has(3)) list.push(column(1, "0.0.97.98.2.255"));
  return list;
}

function push(meter: MeterState, { obis, object: setup }: Setup, now: Instant): void {
  const read = (attribute: number): DlmsData => readOwn(meter, setup, attribute, now);
  const [service, destination, message] = elementsOf(read(3)) ?? [];
  const where = destination === undefined ? undefined : fromUtf8(octetsOf(destination) ?? new Uint8Array(0));
  if (where === undefined || where === "" || !meter.isOn) return;
  const values = (elementsOf(read(2)) ?? []).map((one) => cellOf(meter, columnOf(one), now));
  const isOwnForm = (message === undefined ? 0 : (numberOf(message) ?? 0)) >= MANUFACTURER_MESSAGE;
  const units = meter.oddities.pushesAsMx382
    ? [mx382Form(meter.identity.equipment, meter.clock.write(meter.clock.now()))]
    : isOwnForm
      ? [commaForm(values)]
      : notification(meter, values);
  if (meter.pushes.length >= PUSHES_MAX) meter.pushes.shift();
  meter.pushes.push({
    setup: obis,
    destination: where,
    carrier: service !== undefined && numberOf(service) === UDP ? "udp" : "tcp",
    units,
    retries: numberOf(read(6)) ?? 0,
    pauseMs: (numberOf(read(7)) ?? 0) * SECOND_MS,
  });
}

/** A DataNotification over the wrapper or HDLC, ciphered where the meter protects its pushes. */
function notification(meter: MeterState, values: readonly DlmsData[]): readonly Uint8Array[] {
  const invoke = meter.random.u32() & 0xff_ffff;
  const apdu: Apdu = { kind: "data-notification", invoke, dateTime: new Uint8Array(0), body: structure(...values) };
  const nobody = { clientTitle: new Uint8Array(0), dedicatedKey: undefined };
  const protector = new Protector(meter, PUBLIC_CLIENT, () => nobody);
  const cover: Cover = meter.protectsPushes
    ? { kind: "general", key: "global", protection: { authenticated: true, encrypted: true }, broadcast: false }
    : PLAIN;
  const covered = protector.cover(encodeApdu(apdu), cover);
  return (meter.oddities.pushesInBlocks ? inBlocks(covered) : [covered]).map((one) => linkUnit(meter, one));
}

function linkUnit(meter: MeterState, apdu: Uint8Array): Uint8Array {
  const { logicalDevice } = meter.identity;
  if (!meter.oddities.pushesInHdlc) {
    return encodeWrapperPdu({ source: logicalDevice, destination: PUSH_CLIENT, apdu });
  }
  const addresses = { source: serverAddress(logicalDevice), destination: clientAddress(PUSH_CLIENT) };
  return concat(hdlcPushFrames("meter", { ...addresses, apdu }, PUSH_INFORMATION_OCTETS));
}

/** General block transfer without anybody to confirm it: a window of 0, and all but the last streaming. */
function inBlocks(apdu: Uint8Array): readonly Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < apdu.length; at += PUSH_BLOCK_OCTETS) {
    const last = at + PUSH_BLOCK_OCTETS >= apdu.length;
    blocks.push(
      encodeApdu({
        kind: "general-block-transfer",
        last,
        streaming: !last,
        window: 0,
        blockNumber: blocks.length + 1,
        blockNumberAck: 0,
        blockData: apdu.subarray(at, at + PUSH_BLOCK_OCTETS),
      }),
    );
  }
  return blocks;
}

/** DSMR 4: the equipment identifier, a comma, and the alarm register or the logical name of what made the push. */
function commaForm(values: readonly DlmsData[]): Uint8Array {
  const [equipment, setup, register] = values;
  const last =
    register?.kind === "double-long-unsigned"
      ? Uint8Array.of(register.value >>> 24, register.value >>> 16, register.value >>> 8, register.value)
      : setup === undefined
        ? undefined
        : octetsOf(setup);
  return concat([
    (equipment === undefined ? undefined : octetsOf(equipment)) ?? new Uint8Array(0),
    utf8(","),
    last ?? new Uint8Array(0),
  ]);
}

function cellOf(meter: MeterState, wanted: Column | undefined, now: Instant): DlmsData {
  const found = wanted === undefined ? undefined : meter.objects.find(wanted.classId, wanted.name);
  return found === undefined || wanted === undefined
    ? { kind: "null-data" }
    : readOwn(meter, found, wanted.attribute, now);
}

function readOwn(meter: MeterState, from: CosemObject, attribute: number, now: Instant): DlmsData {
  const call = { meter, now, at: meter.clock.now(), association: ITSELF, selection: undefined };
  const value = attributeOf(from, attribute)?.get?.(call);
  return value === undefined || value.kind === "refused" ? { kind: "null-data" } : value;
}

/** The meter reads its own objects. */
const ITSELF: AssociationView = {
  client: { sap: 0, mechanism: MECHANISM.none, rights: "all" },
  logicalDevice: 1,
  contextName: "",
  mechanismName: "",
  conformance: 0,
  clientPduMax: 0,
  serverPduMax: 0,
  status: 2,
  replyToHls: () => ({ kind: "null-data" }),
  changeSecret: () => {},
};

/** MX382 of DSMR 2.2: an EventNotification instead, as that meter wraps it. */
function mx382Form(equipment: string, time: Uint8Array): Uint8Array {
  const id = utf8(equipment);
  const apdu = concat([
    Uint8Array.of(0xc2),
    Uint8Array.of(0x09, 0x0c),
    time,
    Uint8Array.of(0, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 2, 0x09, id.length),
    id,
  ]);
  return encodeWrapperPdu({ source: 0x67, destination: 0x66, apdu });
}
