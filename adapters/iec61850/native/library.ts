import { createRequire } from "node:module";

/** An address in the library's memory; `null` where it has nothing to say. */
export type Pointer = bigint | null;

type Native = (...args: readonly unknown[]) => unknown;
interface NativeFunction extends Native {
  readonly async: (...args: readonly unknown[]) => void;
}

interface Koffi {
  load(path: string): { func(prototype: string): NativeFunction };
  proto(prototype: string): unknown;
  opaque(name: string): unknown;
  struct(name: string, members: Readonly<Record<string, string>>): unknown;
  register(take: (...args: never[]) => void, type: string): unknown;
  decode(pointer: unknown, type: string, length?: number): unknown;
}

/** Where libiec61850 lies when nobody says: the names its own build gives it, by system. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  linux: [
    "libiec61850.so",
    "libiec61850.so.1",
    "libiec61850.so.1.6",
    "libiec61850.so.1.5",
    "/usr/local/lib/libiec61850.so",
  ],
  darwin: ["libiec61850.dylib", "/usr/local/lib/libiec61850.dylib", "/opt/homebrew/lib/libiec61850.dylib"],
  win32: ["iec61850.dll", "libiec61850.dll"],
};

/**
 * What is used of libiec61850, in the words of its public API documentation: the client of the ACSI for associations, reports and
 * controls, the MMS client below it for values, types and names, and `MmsValue` as BER octets.
 */
const PROTOTYPES = [
  "str LibIEC61850_getVersionString()",
  "void *IedConnection_create()",
  "void IedConnection_destroy(void *self)",
  "void IedConnection_setConnectTimeout(void *self, uint32_t ms)",
  "void IedConnection_setRequestTimeout(void *self, uint32_t ms)",
  "void IedConnection_connect(void *self, _Out_ int *error, str host, int port)",
  "void IedConnection_close(void *self)",
  "void *IedConnection_getMmsConnection(void *self)",
  "void IedConnection_installConnectionClosedHandler(void *self, ClosedHandler *handler, void *parameter)",
  "void IedConnection_installReportHandler(void *self, str rcb, str rptId, ReportHandler *handler, void *parameter)",
  "void *MmsConnection_getIsoConnectionParameters(void *self)",
  "void IsoConnectionParameters_setRemoteApTitle(void *self, str title, int qualifier)",
  "void IsoConnectionParameters_setLocalApTitle(void *self, str title, int qualifier)",
  "void IsoConnectionParameters_setRemoteAddresses(void *self, PSelector p, SSelector s, TSelector t)",
  "void IsoConnectionParameters_setLocalAddresses(void *self, PSelector p, SSelector s, TSelector t)",
  "void IsoConnectionParameters_setAcseAuthenticationParameter(void *self, void *parameter)",
  "void *AcseAuthenticationParameter_create()",
  "void AcseAuthenticationParameter_setAuthMechanism(void *self, int mechanism)",
  "void AcseAuthenticationParameter_setPassword(void *self, str password)",
  "void *MmsConnection_readVariable(void *self, _Out_ int *error, str domain, str item)",
  "void *MmsConnection_readNamedVariableListValues(void *self, _Out_ int *error, str domain, str list, bool withSpec)",
  "void *MmsConnection_readNamedVariableListDirectory(void *self, _Out_ int *error, str domain, str list, _Out_ bool *deletable)",
  "int MmsConnection_writeVariable(void *self, _Out_ int *error, str domain, str item, void *value)",
  "void *MmsConnection_getVariableAccessAttributes(void *self, _Out_ int *error, str domain, str item)",
  "void *MmsConnection_getDomainNames(void *self, _Out_ int *error)",
  "void *MmsConnection_getDomainVariableNames(void *self, _Out_ int *error, str domain)",
  "void *MmsConnection_getDomainVariableListNames(void *self, _Out_ int *error, str domain)",
  "void *MmsConnection_identify(void *self, _Out_ int *error)",
  "void MmsServerIdentity_destroy(void *self)",
  "void *LinkedList_getNext(void *self)",
  "void *LinkedList_getData(void *self)",
  "void LinkedList_destroy(void *self)",
  "void LinkedList_destroyStatic(void *self)",
  "void MmsVariableAccessSpecification_destroy(void *self)",
  "int MmsVariableSpecification_getType(void *self)",
  "int MmsVariableSpecification_getSize(void *self)",
  "int MmsVariableSpecification_getExponentWidth(void *self)",
  "str MmsVariableSpecification_getName(void *self)",
  "void *MmsVariableSpecification_getChildSpecificationByIndex(void *self, int index)",
  "void *MmsVariableSpecification_getArrayElementSpecification(void *self)",
  "void MmsVariableSpecification_destroy(void *self)",
  "int MmsValue_getType(void *self)",
  "int MmsValue_getDataAccessError(void *self)",
  "int MmsValue_getArraySize(void *self)",
  "void *MmsValue_getElement(void *self, int index)",
  "int MmsValue_encodeMmsData(void *self, _Out_ uint8_t *buffer, int at, bool encode)",
  "void *MmsValue_decodeMmsData(uint8_t *buffer, int at, int length, _Out_ int *end)",
  "void MmsValue_delete(void *self)",
  "str ClientReport_getRptId(void *self)",
  "void *ClientReport_getDataSetValues(void *self)",
  "int ClientReport_getReasonForInclusion(void *self, int index)",
  "bool ClientReport_hasReasonForInclusion(void *self)",
  "bool ClientReport_hasSeqNum(void *self)",
  "uint16_t ClientReport_getSeqNum(void *self)",
  "bool ClientReport_hasTimestamp(void *self)",
  "uint64_t ClientReport_getTimestamp(void *self)",
  "bool ClientReport_hasDataSetName(void *self)",
  "str ClientReport_getDataSetName(void *self)",
  "bool ClientReport_hasBufOvfl(void *self)",
  "bool ClientReport_getBufOvfl(void *self)",
  "bool ClientReport_hasConfRev(void *self)",
  "uint32_t ClientReport_getConfRev(void *self)",
  "void *ClientReport_getEntryId(void *self)",
  "void *ControlObjectClient_create(str object, void *connection)",
  "void ControlObjectClient_destroy(void *self)",
  "int ControlObjectClient_getControlModel(void *self)",
  "void ControlObjectClient_setOrigin(void *self, str identification, int category)",
  "void ControlObjectClient_setTestMode(void *self, bool on)",
  "void ControlObjectClient_setInterlockCheck(void *self, bool on)",
  "void ControlObjectClient_setSynchroCheck(void *self, bool on)",
  "bool ControlObjectClient_select(void *self)",
  "bool ControlObjectClient_selectWithValue(void *self, void *value)",
  "bool ControlObjectClient_operate(void *self, void *value, uint64_t at)",
  "bool ControlObjectClient_cancel(void *self)",
  "LastApplError ControlObjectClient_getLastApplError(void *self)",
  "void ControlObjectClient_setCommandTerminationHandler(void *self, TerminationHandler *handler, void *parameter)",
] as const;

type Prototype = (typeof PROTOTYPES)[number];
type Named<P> = P extends `${infer _Type} *${infer Name}(${string}`
  ? Name
  : P extends `${infer _Type} ${infer Name}(${string}`
    ? Name
    : never;
export type NativeName = Named<Prototype>;

const HANDLERS = {
  closed: "void ClosedHandler(void *parameter, void *connection)",
  report: "void ReportHandler(void *parameter, void *report)",
  termination: "void TerminationHandler(void *parameter, void *control)",
} as const;
const HANDLER_TYPES = {
  closed: "ClosedHandler *",
  report: "ReportHandler *",
  termination: "TerminationHandler *",
} as const;

/** libiec61850, bound. Whatever asks the IED goes through `ask`, never through `call`: the event loop must go on meanwhile. */
export interface Library {
  readonly version: string;
  /** Functions that return at once, whatever the network does. */
  call(name: NativeName, ...args: readonly unknown[]): unknown;
  /** Functions that wait for the IED, on a thread of their own: a report that comes meanwhile needs this one. */
  ask(name: NativeName, ...args: readonly unknown[]): Promise<unknown>;
  /** For as long as the process lives; called on this thread, whichever thread of the library it comes from. */
  handler(kind: keyof typeof HANDLERS, take: (parameter: Pointer, object: Pointer) => void): unknown;
  /** The characters that lie at an address. */
  text(address: Pointer): string;
  /** The texts a struct of nothing but `char *` at an address points to. */
  texts(address: Pointer, count: number): readonly string[];
}

/** What `bind` throws: the library, `koffi`, or a function is missing; `why` is for people. */
export class NotUsable extends Error {
  override readonly name = "NotUsable";
}

/** The oldest version whose functions these are. */
const OLDEST = [1, 5] as const;

/** @param file where it lies; absent: where the system finds it. Throws `NotUsable`. */
export function bind(file: string | undefined): Library {
  const koffi = loadKoffi();
  const { library, path } = loadLibrary(koffi, file === undefined ? (NAMES[process.platform] ?? []) : [file]);
  for (const prototype of Object.values(HANDLERS)) koffi.proto(prototype);
  koffi.struct("TSelector", { size: "uint8_t", value: "uint8_t[4]" });
  koffi.struct("SSelector", { size: "uint8_t", value: "uint8_t[16]" });
  koffi.struct("PSelector", { size: "uint8_t", value: "uint8_t[16]" });
  koffi.struct("LastApplError", { ctlNum: "int", error: "int", addCause: "int" });
  const functions = new Map<string, NativeFunction>();
  for (const prototype of PROTOTYPES) {
    const name = /(\w+)\(/.exec(prototype)?.[1] ?? "";
    try {
      functions.set(name, library.func(prototype));
    } catch (_absent) {
      throw new NotUsable(`${path} has no function ${name}`);
    }
  }
  const of = (name: NativeName): NativeFunction => {
    const found = functions.get(name);
    if (found === undefined) throw new NotUsable(`${path} has no function ${name}`);
    return found;
  };
  const version = String(of("LibIEC61850_getVersionString")());
  if (isOlder(version))
    throw new NotUsable(`${path} is libiec61850 ${version}; ${OLDEST.join(".")} is the oldest that will do`);
  return {
    version,
    call: (name, ...args) => of(name)(...args),
    ask: (name, ...args) =>
      new Promise((resolve, reject) => {
        of(name).async(...args, (error: unknown, result: unknown) => {
          if (error === null || error === undefined) resolve(result);
          else reject(error instanceof Error ? error : new Error(String(error)));
        });
      }),
    handler: (kind, take) => koffi.register(take, HANDLER_TYPES[kind]),
    text: (address) => (address === null ? "" : String(koffi.decode(address, "char", -1))),
    texts: (address, count) => {
      const texts = address === null ? [] : koffi.decode(address, "char *", count);
      return Array.isArray(texts) ? texts.map((one) => (typeof one === "string" ? one : "")) : [];
    },
  };
}

function loadKoffi(): Koffi {
  try {
    // Optional: whoever does not use the library does not need it, and no system has it everywhere.
    return createRequire(import.meta.url)("koffi") as Koffi;
  } catch (_absent) {
    throw new NotUsable("the package koffi is not installed");
  }
}

function loadLibrary(
  koffi: Koffi,
  paths: readonly string[],
): { readonly library: ReturnType<Koffi["load"]>; readonly path: string } {
  let why = "";
  for (const path of paths) {
    try {
      return { library: koffi.load(path), path };
    } catch (thrown) {
      const first = thrown instanceof Error ? (thrown.message.split("\n")[0] ?? "") : String(thrown);
      why ||= `${path}: ${first}`;
    }
  }
  throw new NotUsable(why || `nobody knows its name on ${process.platform}`);
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
