import {
  array,
  type DlmsData,
  enumerated,
  NULL_DATA,
  number,
  octetsOf,
  octetString,
  structure,
} from "../../../adapters/dlms/data/data.ts";
import { methodOffset } from "../../../adapters/dlms/cosem/short-name-offsets.ts";
import { obisOctets, toObis } from "../../../adapters/dlms/obis.ts";
import { isVisible } from "../services/object-access.ts";
import { baseNamesOf } from "./base-names.ts";
import { type Call, type CosemObject, readOnly, refused, RESULT } from "./cosem-object.ts";
import { object } from "./simple.ts";

const [NONE, READ, WRITE, READ_AND_WRITE] = [0, 1, 2, 3] as const;
const CLASS = 12;
const REPLY_TO_HLS = 8;

/** Association SN (class 12, version 2): what the association may reach, by base names, and what it may do with it. */
export function associationSn(): CosemObject {
  return object(
    CLASS,
    { obis: "0.0.40.0.0.255", version: 2, isPublic: true },
    {
      2: readOnly((call) => array(reachable(call).map(({ one, base }) => element(one, base)))),
      3: readOnly((call) => array(reachable(call).map(({ one, base }) => rights(one, base, call)))),
      4: readOnly(() => octetString(obisOctets(toObis("0.0.43.0.0.255")))),
    },
    {
      5: (parameters, call) => {
        const secret = parameters === undefined ? undefined : octetsOf(parameters);
        if (secret === undefined) return refused(RESULT.typeUnmatched);
        call.association.changeSecret(secret);
        return undefined;
      },
      [REPLY_TO_HLS]: (parameters, call) => {
        const answer = parameters === undefined ? undefined : octetsOf(parameters);
        return answer === undefined ? refused(RESULT.typeUnmatched) : call.association.replyToHls(answer);
      },
    },
  );
}

function reachable({ meter, association }: Call): readonly { readonly one: CosemObject; readonly base: number }[] {
  const names = baseNamesOf(meter.objects);
  return meter.objects.all.flatMap((one) => {
    const base = isVisible(one, association) ? names.baseOf(one) : undefined;
    return base === undefined ? [] : [{ one, base }];
  });
}

/** A long, so that names above 0x7FFF are below zero. */
function baseName(base: number): DlmsData {
  return number("long", base > 0x7fff ? base - 0x1_0000 : base);
}

function element({ classId, version, name }: CosemObject, base: number): DlmsData {
  return structure(
    baseName(base),
    number("long-unsigned", classId),
    number("unsigned", version),
    octetString(obisOctets(name)),
  );
}

function rights({ classId, version, attributes, methods }: CosemObject, base: number, call: Call): DlmsData {
  const mayWrite = call.association.client.rights === "all";
  const ofAttributes = Object.entries(attributes).map(([index, { get, set, selectors }]) =>
    structure(
      number("integer", Number(index)),
      enumerated(get === undefined ? (mayWrite ? WRITE : NONE) : set !== undefined && mayWrite ? READ_AND_WRITE : READ),
      selectors === undefined ? NULL_DATA : array(selectors.map((one) => number("integer", one))),
    ),
  );
  const own = structure(number("integer", 1), enumerated(READ), NULL_DATA);
  const ofMethods = Object.keys(methods)
    .map(Number)
    .filter((index) => methodOffset(classId, version, index) !== undefined)
    .map((index) =>
      structure(
        number("integer", index),
        enumerated(Number(mayWrite || (classId === CLASS && index === REPLY_TO_HLS))),
      ),
    );
  return structure(baseName(base), array([own, ...ofAttributes]), array(ofMethods));
}
