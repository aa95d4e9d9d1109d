import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";
import { readOctets, readOptional, writeOctets } from "../data/axdr.ts";
import type { DlmsData } from "../data/data.ts";
import { readData } from "../data/decode-data.ts";
import { writeData } from "../data/encode-data.ts";
import { type ApduLimits, type AttributeDescriptor, readAttribute, writeAttribute } from "./descriptor.ts";

/** IEC 62056-5-3 clause 9.3.10: what a push carries. */
export interface DataNotification {
  readonly kind: "data-notification";
  /** Long-Invoke-Id-And-Priority. */
  readonly invoke: number;
  /** Empty, or 12 octets. */
  readonly dateTime: Uint8Array;
  readonly body: DlmsData;
}

export interface DataNotificationConfirm {
  readonly kind: "data-notification-confirm";
  readonly invoke: number;
  readonly dateTime: Uint8Array;
}

/** IEC 62056-5-3 clause 9.3.11: an attribute the server gives unasked. */
export interface EventNotification {
  readonly kind: "event-notification";
  /** 12 octets. */
  readonly time: Uint8Array | undefined;
  readonly attribute: AttributeDescriptor;
  readonly value: DlmsData;
}

export function readDataNotification(reader: ByteReader, limits: ApduLimits): DataNotification {
  return {
    kind: "data-notification",
    invoke: reader.u32(),
    dateTime: readOctets(reader),
    body: readData(reader, limits.data),
  };
}

export function writeDataNotification(writer: ByteWriter, { invoke, dateTime, body }: DataNotification): void {
  writeOctets(writer.u32(invoke), dateTime);
  writeData(writer, body);
}

export function readDataNotificationConfirm(reader: ByteReader): DataNotificationConfirm {
  return { kind: "data-notification-confirm", invoke: reader.u32(), dateTime: readOctets(reader) };
}

export function writeDataNotificationConfirm(writer: ByteWriter, confirm: DataNotificationConfirm): void {
  writeOctets(writer.u32(confirm.invoke), confirm.dateTime);
}

export function readEventNotification(reader: ByteReader, limits: ApduLimits): EventNotification {
  return {
    kind: "event-notification",
    time: readOptional(reader, () => readOctets(reader)),
    attribute: readAttribute(reader),
    value: readData(reader, limits.data),
  };
}

export function writeEventNotification(writer: ByteWriter, { time, attribute, value }: EventNotification): void {
  if (time === undefined) writer.u8(0);
  else writeOctets(writer.u8(1), time);
  writeAttribute(writer, attribute);
  writeData(writer, value);
}
