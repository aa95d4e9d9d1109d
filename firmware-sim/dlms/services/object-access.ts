import type { AccessSelection, AttributeDescriptor, MethodDescriptor } from "../../../adapters/dlms/apdu/descriptor.ts";
import { dataText } from "../../../adapters/dlms/cosem/data-text.ts";
import type { DlmsData } from "../../../adapters/dlms/data/data.ts";
import { toEdgeError } from "../../../adapters/kit/edge-error.ts";
import type { Instant } from "../../../adapters/kit/time.ts";
import type { AssociationView } from "../association/association-view.ts";
import type { MeterState } from "../meter-state.ts";
import { attributeOf, type Call, type CosemObject, refused, type Refused, RESULT } from "../objects/cosem-object.ts";

/** Whose request is carried out, and when. */
export interface Bearings {
  readonly meter: MeterState;
  readonly association: AssociationView;
  readonly now: Instant;
}

/** Characters of a value as the log has it. */
const LOGGED_CHARACTERS_MAX = 2_000;
/** reply_to_HLS_authentication of the association objects, which every client may call. */
const HLS_METHODS: Readonly<Record<number, number>> = { 15: 1, 12: 8 };

export function getAttribute(
  bearings: Bearings,
  reference: AttributeDescriptor,
  selection?: AccessSelection,
): DlmsData | Refused {
  const value = read(bearings, reference, selection);
  const result = value.kind === "refused" ? value.result : RESULT.success;
  const { association, meter, now } = bearings;
  meter.notice({ kind: "got", client: association.client.sap, attribute: attributeText(reference), result }, now);
  return value;
}

function read(bearings: Bearings, reference: AttributeDescriptor, selection?: AccessSelection): DlmsData | Refused {
  const object = find(bearings, reference);
  if ("kind" in object) return object;
  const attribute = attributeOf(object, reference.attribute);
  if (attribute === undefined) return refused(RESULT.objectUndefined);
  if (attribute.get === undefined) return refused(RESULT.readWriteDenied);
  if (selection !== undefined && attribute.selectors?.includes(selection.selector) !== true) {
    return refused(RESULT.scopeOfAccessViolated);
  }
  const call = callOf(bearings, selection);
  return guarded(() => attribute.get?.(call) ?? refused(RESULT.readWriteDenied));
}

export function setAttribute(
  bearings: Bearings,
  reference: AttributeDescriptor,
  value: DlmsData,
  selection?: AccessSelection,
): number {
  const result = write(bearings, reference, value, selection);
  const { association, meter, now } = bearings;
  const attribute = attributeText(reference);
  meter.notice({ kind: "set", client: association.client.sap, attribute, result, value: logged(value) }, now);
  return result;
}

function write(
  bearings: Bearings,
  reference: AttributeDescriptor,
  value: DlmsData,
  selection?: AccessSelection,
): number {
  const object = find(bearings, reference);
  if ("kind" in object) return object.result;
  const attribute = attributeOf(object, reference.attribute);
  if (attribute === undefined) return RESULT.objectUndefined;
  const { set } = attribute;
  if (set === undefined || bearings.association.client.rights === "public") return RESULT.readWriteDenied;
  const call = callOf(bearings, selection);
  const outcome = guarded(() => refused(set(value, call)));
  return outcome.kind === "refused" ? outcome.result : RESULT.success;
}

/** The action-result, and what the method gave back. */
export function invokeMethod(
  bearings: Bearings,
  method: MethodDescriptor,
  parameters: DlmsData | undefined,
): { readonly result: number; readonly returned: DlmsData | undefined } {
  const outcome = invoke(bearings, method, parameters);
  const result = outcome?.kind === "refused" ? outcome.result : RESULT.success;
  const { association, meter, now } = bearings;
  const facts = {
    client: association.client.sap,
    method: `${method.classId} ${method.instance} ${method.method}`,
    result,
    // What authenticates or replaces keys is nobody's to read.
    parameters: isSecret(method.classId) ? "" : parameters === undefined ? "" : logged(parameters),
  };
  meter.notice({ kind: "invoked", ...facts }, now);
  return { result, returned: outcome?.kind === "refused" ? undefined : outcome };
}

function invoke(
  bearings: Bearings,
  method: MethodDescriptor,
  parameters: DlmsData | undefined,
): DlmsData | Refused | undefined {
  const object = find(bearings, method);
  if ("kind" in object) return object;
  const run = object.methods[method.method];
  if (run === undefined) return refused(RESULT.objectUndefined);
  const isAuthentication = method.method === HLS_METHODS[method.classId];
  if (bearings.association.client.rights === "public" && !isAuthentication) return refused(RESULT.readWriteDenied);
  const call = callOf(bearings, undefined);
  return guarded(() => run(parameters, call));
}

function find(
  { meter, association }: Bearings,
  { classId, instance }: { readonly classId: number; readonly instance: MethodDescriptor["instance"] },
): CosemObject | Refused {
  const object = meter.objects.find(classId, instance);
  if (object === undefined) {
    return refused(meter.objects.hasName(instance) ? RESULT.objectClassInconsistent : RESULT.objectUndefined);
  }
  return isVisible(object, association) ? object : refused(RESULT.readWriteDenied);
}

/** Whether an association may know of an object: what its object list has, and nothing else. */
export function isVisible(object: CosemObject, association: AssociationView): boolean {
  return association.client.rights === "all" || object.isPublic;
}

function callOf({ meter, association, now }: Bearings, selection: AccessSelection | undefined): Call {
  return { meter, association, now, at: meter.clock.now(), selection };
}

/** A value nobody expected is the client's mistake: the object says type-unmatched. */
function guarded<T>(run: () => T): T | Refused {
  try {
    return run();
  } catch (thrown) {
    const { blame } = toEdgeError(thrown, "dlms.data.malformed");
    if (blame !== "device") throw thrown;
    return refused(RESULT.typeUnmatched);
  }
}

function isSecret(classId: number): boolean {
  return classId in HLS_METHODS || classId === 64 || classId === 72;
}

function logged(value: DlmsData): string {
  const text = dataText(value);
  return text.length > LOGGED_CHARACTERS_MAX ? `${text.slice(0, LOGGED_CHARACTERS_MAX)}…` : text;
}

function attributeText({ classId, instance, attribute }: AttributeDescriptor): string {
  return `${classId} ${instance} ${attribute}`;
}
