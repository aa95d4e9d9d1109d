import type { JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import { type DlmsData, elementsOf, numberOf } from "../data/data.ts";
import { type Obis, toObis } from "../obis.ts";
import { attributeOf, type Procedure, readMany } from "./ask.ts";
import { dateTimeOf, dateTimeText } from "./date-time.ts";
import { printable } from "./values.ts";

/** Class 47, one object an access technology. */
export const GSM_DIAGNOSTICS: Readonly<Record<"gprs" | "cdma" | "lte", Obis>> = {
  gprs: toObis("0.0.25.6.0.255"),
  cdma: toObis("0.1.25.6.0.255"),
  lte: toObis("0.2.25.6.0.255"),
};
export type AccessTechnology = keyof typeof GSM_DIAGNOSTICS;

const REGISTRATION = ["not-registered", "home", "searching", "denied", "unknown", "roaming"];
const CIRCUIT = ["inactive", "incoming-call", "active"];
const PACKET = ["inactive", "gprs", "edge", "umts", "hsdpa", "lte", "cdma", "lte-cat-m1", "nb-iot"];

/** What the modem of a meter says of its network. Parts it does not have are left out. */
export function* readGsmDiagnostic(technology: AccessTechnology): Procedure<JsonRecord> {
  const instance = GSM_DIAGNOSTICS[technology];
  const results = yield* readMany([2, 3, 4, 5, 6, 7, 8].map((attribute) => attributeOf(47, instance, attribute)));
  const [operator, status, circuit, packet, cell, adjacent, capture] = results.map((result) =>
    result.kind === "data" ? result.data : undefined,
  );
  const time = capture === undefined ? undefined : dateTimeOf(capture);
  return {
    technology,
    ...given("operator", operator === undefined ? undefined : printable(operator)),
    ...given("registration", worded(status, REGISTRATION)),
    ...given("circuitSwitched", worded(circuit, CIRCUIT)),
    ...given("packetSwitched", worded(packet, PACKET)),
    ...given("cell", cell === undefined ? undefined : cellOf(cell)),
    ...given(
      "adjacentCells",
      adjacent === undefined ? undefined : (elementsOf(adjacent) ?? []).slice(0, 32).map(cellOf),
    ),
    ...given("capturedAt", time === undefined ? undefined : dateTimeText(time)),
  };
}

/** {cell id, location id, signal, BER, MCC, MNC, channel}; adjacent cells have the first and the signal. */
function cellOf(data: DlmsData): JsonRecord {
  const numbers = (elementsOf(data) ?? []).map((element) => numberOf(element) ?? null);
  if (numbers.length === 2) return { id: numbers[0] ?? null, ...signal(numbers[1]) };
  const [id, location, quality, ber, mcc, mnc, channel] = numbers;
  return {
    id: id ?? null,
    location: location ?? null,
    ...signal(quality),
    bitErrorRate: ber ?? null,
    ...given("mcc", mcc),
    ...given("mnc", mnc),
    ...given("channel", channel),
  };
}

/** 0 … 31 is -113 … -51 dBm in steps of two; 99 is unknown (3GPP TS 27.007 +CSQ). */
function signal(quality: number | null | undefined): JsonRecord {
  if (quality === null || quality === undefined) return {};
  return quality <= 31 ? { signal: quality, signalDbm: -113 + 2 * quality } : { signal: quality };
}

function worded(data: DlmsData | undefined, words: readonly string[]): string | undefined {
  const value = data === undefined ? undefined : numberOf(data);
  return value === undefined ? undefined : (words[value] ?? `reserved-${value}`);
}

function given<T>(name: string, value: T | undefined): Record<string, T> {
  return value === undefined ? {} : { [name]: value };
}
