import {
  array,
  type DlmsData,
  elementsOf,
  enumerated,
  NULL_DATA,
  number,
  octetsOf,
  octetString,
  structure,
} from "../../../adapters/dlms/data/data.ts";
import { obisOctets, toObis } from "../../../adapters/dlms/obis.ts";
import { nameOctets } from "../association/names.ts";
import type { Behaviour } from "../behaviour.ts";
import { associationSn } from "../objects/association-sn.ts";
import { standardOf } from "../objects/catalogue.ts";
import { logicalDeviceName } from "../meter-state.ts";
import { type Call, type CosemObject, readOnly, refused, type Refused, RESULT } from "../objects/cosem-object.ts";
import { data, object } from "../objects/simple.ts";
import { isVisible } from "../services/object-access.ts";
import { utf8 } from "../../../adapters/kit/bytes.ts";

const ASSOCIATION = "0.0.40.0.0.255";
const READ = 1;
const WRITE = 2;
const READ_AND_WRITE = 3;

/** Association LN (15) or SN (12), SAP assignment (17) and the names: who the meter is, and everything it has, truthfully. */
export function introducesItself(): Behaviour {
  return {
    name: "introduces-itself",
    begins: (meter) => {
      const { identity } = meter;
      const name = octetString(utf8(logicalDeviceName(identity)));
      meter.objects.add(data({ obis: "0.0.42.0.0.255", isPublic: true }, name));
      meter.objects.add(
        data({ obis: "0.0.96.1.0.255", isPublic: true }, octetString(utf8(identity.equipment.slice(-10)))),
      );
      meter.objects.add(data({ obis: "0.0.96.1.1.255", isPublic: true }, octetString(utf8(identity.equipment))));
      meter.objects.add(
        object(
          17,
          { obis: "0.0.41.0.0.255", isPublic: true },
          {
            2: readOnly(() =>
              array(
                meter
                  .neighbours()
                  .map(({ sap, name: other }) => structure(number("long-unsigned", sap), octetString(utf8(other)))),
              ),
            ),
          },
        ),
      );
      if (meter.referencing === "short-name") {
        meter.objects.add(associationSn());
        return {};
      }
      meter.objects.add(association(standardOf(meter).objects.get("association-ln")?.version ?? 2));
      return {};
    },
  };
}

function association(version: number): CosemObject {
  return object(
    15,
    { obis: ASSOCIATION, version, isPublic: true },
    {
      2: { get: objectList, selectors: [1, 2, 3, 4] },
      3: readOnly(({ association: { client, logicalDevice } }) =>
        structure(number("integer", client.sap), number("long-unsigned", logicalDevice)),
      ),
      4: readOnly(({ association: { contextName } }) => octetString(nameOctets(contextName))),
      5: readOnly(({ association: view }) =>
        structure(
          {
            kind: "bit-string",
            length: 24,
            octets: Uint8Array.of(view.conformance >>> 16, (view.conformance >>> 8) & 0xff, view.conformance & 0xff),
          },
          number("long-unsigned", view.serverPduMax),
          number("long-unsigned", Math.min(view.clientPduMax, 0xffff)),
          number("unsigned", 6),
          number("integer", 0),
          octetString(new Uint8Array(0)),
        ),
      ),
      6: readOnly(({ association: { mechanismName } }) => octetString(nameOctets(mechanismName))),
      7: {
        set: (value, call) => {
          const secret = octetsOf(value);
          if (secret === undefined) return RESULT.typeUnmatched;
          call.association.changeSecret(secret);
          return RESULT.success;
        },
      },
      8: readOnly(({ association: { status } }) => enumerated(status)),
      ...(version >= 1 ? { 9: readOnly(() => octetString(obisOctets(toObis("0.0.43.0.0.255")))) } : {}),
      ...(version >= 2
        ? {
            10: readOnly(() => array([])),
            11: readOnly(() => structure(number("unsigned", 0), octetString(new Uint8Array(0)))),
          }
        : {}),
    },
    {
      1: (parameters, call) => {
        const answer = parameters === undefined ? undefined : octetsOf(parameters);
        return answer === undefined ? refused(RESULT.typeUnmatched) : call.association.replyToHls(answer);
      },
      2: (parameters, call) => {
        const secret = parameters === undefined ? undefined : octetsOf(parameters);
        if (secret === undefined) return refused(RESULT.typeUnmatched);
        call.association.changeSecret(secret);
        return undefined;
      },
    },
  );
}

/** What this association may reach. Selectors: 1 all of it, 2 by class, 3 by class and name, 4 one object. */
function objectList(call: Call): DlmsData | Refused {
  const visible = call.meter.objects.all.filter((one) => isVisible(one, call.association));
  const { selection } = call;
  if (selection === undefined || selection.selector === 1) return array(visible.map((one) => element(one, call)));
  const wanted = elementsOf(selection.parameters);
  if (wanted === undefined) return refused(RESULT.typeUnmatched);
  if (selection.selector === 2) {
    const classes = wanted.map((one) => ("value" in one ? one.value : undefined));
    return array(visible.filter(({ classId }) => classes.includes(classId)).map((one) => element(one, call)));
  }
  const pairs = selection.selector === 4 ? [selection.parameters] : wanted;
  const found = visible.filter((one) => pairs.some((pair) => isMeant(one, pair)));
  if (selection.selector === 3) return array(found.map((one) => element(one, call)));
  const [only] = found;
  return only === undefined ? refused(RESULT.objectUndefined) : element(only, call);
}

function isMeant({ classId, name }: CosemObject, pair: DlmsData): boolean {
  const [wanted, octets] = elementsOf(pair) ?? [];
  const own = obisOctets(name);
  const other = octets === undefined ? undefined : octetsOf(octets);
  return (
    wanted !== undefined &&
    "value" in wanted &&
    wanted.value === classId &&
    other?.every((octet, i) => octet === own[i]) === true
  );
}

function element({ classId, version, name, attributes, methods }: CosemObject, call: Call): DlmsData {
  const mayWrite = call.association.client.rights === "all";
  const attributeRights = Object.entries(attributes).map(([number_, { get, set, selectors }]) =>
    structure(
      number("integer", Number(number_)),
      enumerated(get === undefined ? (mayWrite ? WRITE : 0) : set !== undefined && mayWrite ? READ_AND_WRITE : READ),
      selectors === undefined ? NULL_DATA : array(selectors.map((one) => number("integer", one))),
    ),
  );
  const name_ = structure(number("integer", 1), enumerated(READ), NULL_DATA);
  const methodRights = Object.keys(methods).map((id) =>
    structure(number("integer", Number(id)), enumerated(mayWrite || (classId === 15 && id === "1") ? 1 : 0)),
  );
  return structure(
    number("long-unsigned", classId),
    number("unsigned", version),
    octetString(obisOctets(name)),
    structure(array([name_, ...attributeRights]), array(methodRights)),
  );
}
