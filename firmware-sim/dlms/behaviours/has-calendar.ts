import {
  array,
  type DlmsData,
  elementsOf,
  number,
  numberOf,
  octetString,
  structure,
} from "../../../adapters/dlms/data/data.ts";
import { obisOctets, toObis } from "../../../adapters/dlms/obis.ts";
import { utf8 } from "../../../adapters/kit/bytes.ts";
import type { Behaviour } from "../behaviour.ts";
import { type Attribute, fixed, kept, owned, refused, RESULT } from "../objects/cosem-object.ts";
import { object } from "../objects/simple.ts";

const TARIFF_SCRIPTS = obisOctets(toObis("0.0.10.0.100.255"));
const ANY_DATE_TIME = Uint8Array.of(0xff, 0xff, 1, 1, 0xff, 0, 0, 0, 0, 0x80, 0, 0xff);
/** Seasons, weeks and days a meter of the companion standards keeps. */
const ENTRIES_MAX = 32;

/** Class 20 with an active and a passive calendar, class 11 with the special days, class 9 with the tariffs they name. */
export function hasCalendar(): Behaviour {
  return {
    name: "has-calendar",
    begins: (meter) => {
      const active: Record<number, DlmsData> = {
        2: octetString(utf8("A")),
        3: array([structure(octetString(utf8("1")), octetString(ANY_DATE_TIME), octetString(utf8("1")))]),
        4: array([structure(octetString(utf8("1")), ...Array.from({ length: 7 }, () => number("unsigned", 1)))]),
        5: array([structure(number("unsigned", 1), array([action(7, 2), action(23, 1)]))]),
      };
      const passive: Record<number, DlmsData> = { 6: active[2], 7: active[3], 8: active[4], 9: active[5] } as Record<
        number,
        DlmsData
      >;
      const take = (): void => {
        for (const at of [2, 3, 4, 5]) active[at] = passive[at + 4] as DlmsData;
      };
      meter.objects.add(
        object(
          20,
          { obis: "0.0.13.0.0.255" },
          {
            ...Object.fromEntries([2, 3, 4, 5].map((at) => [at, { get: () => active[at] } as Attribute])),
            ...Object.fromEntries([6, 7, 8, 9].map((at) => [at, part(passive, at)])),
            10: kept(octetString(new Uint8Array(12).fill(0xff))),
          },
          {
            1: (_parameters, { now }) => {
              take();
              meter.notice({ kind: "event", log: "standard", code: 19 }, now);
              return undefined;
            },
          },
        ),
      );
      meter.objects.add(
        object(
          9,
          { obis: "0.0.10.0.100.255" },
          { 2: fixed(array([script(1), script(2)])) },
          { 1: (parameters) => executed(parameters) },
        ),
      );
      meter.objects.add(specialDays());
      return {};
    },
  };
}

function specialDays() {
  let days: readonly DlmsData[] = [];
  return object(
    11,
    { obis: "0.0.11.0.0.255" },
    {
      2: {
        get: () => array(days),
        set: (value) => {
          const next = elementsOf(value);
          if (value.kind !== "array" || next === undefined || next.length > ENTRIES_MAX) return RESULT.typeUnmatched;
          days = next.map(owned);
          return RESULT.success;
        },
      },
    },
    {
      1: (parameters) => {
        const index = indexOf(parameters);
        if (parameters === undefined || index === undefined) return refused(RESULT.typeUnmatched);
        days = [...days.filter((one) => indexOf(one) !== index), owned(parameters)];
        return undefined;
      },
      2: (parameters) => {
        const index = parameters === undefined ? undefined : numberOf(parameters);
        days = days.filter((one) => indexOf(one) !== index);
        return undefined;
      },
    },
  );
}

function part(passive: Record<number, DlmsData>, at: number): Attribute {
  return {
    get: () => passive[at] as DlmsData,
    set: (value) => {
      if (value.kind !== passive[at]?.kind) return RESULT.typeUnmatched;
      if ((elementsOf(value)?.length ?? 0) > ENTRIES_MAX) return RESULT.otherReason;
      passive[at] = owned(value);
      return RESULT.success;
    },
  };
}

function executed(parameters: DlmsData | undefined) {
  const id = parameters === undefined ? undefined : numberOf(parameters);
  return id === 1 || id === 2 ? undefined : refused(RESULT.otherReason);
}

function indexOf(entry: DlmsData | undefined): number | undefined {
  const [index] = (entry === undefined ? undefined : elementsOf(entry)) ?? [];
  return index === undefined ? undefined : numberOf(index);
}

function script(id: number): DlmsData {
  return structure(number("long-unsigned", id), array([]));
}

function action(hour: number, selector: number): DlmsData {
  return structure(
    octetString(Uint8Array.of(hour, 0, 0, 0)),
    octetString(TARIFF_SCRIPTS),
    number("long-unsigned", selector),
  );
}
