import { OBJECT_NON_EXISTENT } from "../association/refusal.ts";
import type { AccessResult, MmsData } from "../mms/data.ts";
import {
  domainName,
  OBJECT_CLASS,
  type ObjectName,
  type VariableAccess,
  type VariableSpecification,
} from "../mms/names.ts";
import type { ErrorClass, MmsRequest, MmsResponse, RequestOf, ServiceError } from "../mms/pdu.ts";
import type { Library, NativeName, Pointer } from "./library.ts";
import type { LibraryControls } from "./library-controls.ts";
import {
  elementsOf,
  fromLibrary,
  pointersFromLibrary,
  textsFromLibrary,
  toLibrary,
  typeFromLibrary,
} from "./library-values.ts";

/** How a request ends: with what is answered, or with nothing where the library waited in vain. */
export type Served = MmsResponse | ServiceError | "unsupported" | "unanswered";

/** Names in one answer: the library gives all of them at once, and a frame is bounded. */
const NAMES_AT_ONCE = 4_096;
/** `MmsError` of the library that is no answer of the IED. */
const SERVICE_TIMEOUT = 3;
const CONNECTION_LOST = 2;
/** The classes of ISO 9506 in the library's numbers, ten each. */
const CLASSES: readonly (ErrorClass | undefined)[] = [
  undefined,
  "vmd-state",
  "application-reference",
  "definition",
  "resource",
  "service",
  "service-preempt",
  "time-resolution",
  "access",
  "file",
];
const CONTROL = /^([^$]+\$CO\$.+)\$(SBO|SBOw|Oper|Cancel)$/;
const REPORT_ENABLE = /^([^$]+)\$(RP|BR)\$([^$]+)\$RptEna$/;

/** Carries single MMS services out with the library. */
export class LibraryServices {
  readonly #library: Library;
  /** `MmsConnection` */
  readonly #mms: Pointer;
  readonly #controls: LibraryControls;
  /** Makes the reports of a block come: before it is enabled. */
  readonly #watch: (block: string, rptId: string) => void;

  constructor(
    library: Library,
    mms: Pointer,
    controls: LibraryControls,
    watch: (block: string, rptId: string) => void,
  ) {
    this.#library = library;
    this.#mms = mms;
    this.#controls = controls;
    this.#watch = watch;
  }

  /** Rejects where the library makes something no MMS has. */
  async serve(request: MmsRequest): Promise<Served> {
    switch (request.service) {
      case "identify":
        return this.#identify();
      case "get-name-list":
        return this.#names(request);
      case "read":
        return this.#read(request.specification);
      case "write":
        return this.#write(request);
      case "get-variable-access-attributes":
        return this.#type(request.name);
      case "get-named-variable-list-attributes":
        return this.#directory(request.name);
      default:
        return "unsupported";
    }
  }

  async #identify(): Promise<Served> {
    const { result, error } = await this.#ask("MmsConnection_identify");
    if (result === null) return refusal(error);
    const [vendor = "", model = "", revision = ""] = this.#library.texts(result, 3);
    this.#library.call("MmsServerIdentity_destroy", result);
    return { service: "identify", vendor, model, revision };
  }

  async #names({ objectClass, scope, continueAfter }: RequestOf<"get-name-list">): Promise<Served> {
    const asked =
      objectClass === OBJECT_CLASS.domain && scope.scope === "vmd"
        ? await this.#ask("MmsConnection_getDomainNames")
        : scope.scope !== "domain"
          ? undefined
          : objectClass === OBJECT_CLASS.namedVariable
            ? await this.#ask("MmsConnection_getDomainVariableNames", scope.domain)
            : objectClass === OBJECT_CLASS.namedVariableList
              ? await this.#ask("MmsConnection_getDomainVariableListNames", scope.domain)
              : undefined;
    if (asked === undefined) return "unsupported";
    if (asked.result === null) return refusal(asked.error);
    const all = textsFromLibrary(this.#library, asked.result);
    const from = continueAfter === undefined ? 0 : all.indexOf(continueAfter) + 1;
    return {
      service: "get-name-list",
      names: all.slice(from, from + NAMES_AT_ONCE),
      moreFollows: all.length > from + NAMES_AT_ONCE,
    };
  }

  async #read(specification: VariableSpecification): Promise<Served> {
    const results: AccessResult[] = [];
    if (specification.kind === "list") {
      const { list } = specification;
      if (list.scope !== "domain") return "unsupported";
      const { domain, item } = list;
      const { result, error } = await this.#ask("MmsConnection_readNamedVariableListValues", domain, item, false);
      if (result === null) return refusal(error);
      results.push(...elementsOf(this.#library, result));
      this.#library.call("MmsValue_delete", result);
      return { service: "read", results };
    }
    for (const { name, access } of specification.variables) {
      if (name.scope !== "domain" || access !== undefined) return "unsupported";
      const one = await this.#readOne(name.domain, name.item);
      if (typeof one === "string" || "errorClass" in one) return one;
      results.push(one);
    }
    return { service: "read", results };
  }

  async #readOne(domain: string, item: string): Promise<AccessResult | ServiceError | "unanswered"> {
    const [, object = "", attribute] = CONTROL.exec(item) ?? [];
    if (attribute === "SBO") return this.#controls.select(domain, object);
    const { result, error } = await this.#ask("MmsConnection_readVariable", domain, item);
    if (result === null) return error === 0 ? { type: "failure", error: OBJECT_NON_EXISTENT } : refusal(error);
    const value = fromLibrary(this.#library, result);
    this.#library.call("MmsValue_delete", result);
    return value;
  }

  async #write({ specification, data }: RequestOf<"write">): Promise<Served> {
    if (specification.kind === "list") return "unsupported";
    const results: ({ readonly ok: true } | { readonly ok: false; readonly error: number })[] = [];
    for (const [at, { name, access }] of specification.variables.entries()) {
      const value = data[at];
      if (name.scope !== "domain" || access !== undefined || value === undefined) return "unsupported";
      const error = await this.#writeOne(name.domain, name.item, value);
      if (typeof error === "object" || error === "unanswered") return error;
      results.push(error === undefined ? { ok: true } : { ok: false, error });
    }
    return { service: "write", results };
  }

  async #writeOne(
    domain: string,
    item: string,
    data: MmsData,
  ): Promise<number | undefined | ServiceError | "unanswered"> {
    const [, object = "", attribute] = CONTROL.exec(item) ?? [];
    if (attribute !== undefined) return this.#controls.write(domain, object, attribute, data);
    const enabled = REPORT_ENABLE.exec(item);
    if (enabled !== null && data.type === "boolean" && data.value) await this.#watchBlock(domain, enabled);
    const value = toLibrary(this.#library, data);
    try {
      const { result, error } = await this.#askNumber("MmsConnection_writeVariable", domain, item, value);
      // -1 is success; a DataAccessError otherwise, in the numbers of ISO 9506.
      if (result >= 0) return result;
      return error === 0 ? undefined : refusal(error);
    } finally {
      this.#library.call("MmsValue_delete", value);
    }
  }

  async #watchBlock(domain: string, [, ln = "", fc = "", name = ""]: RegExpExecArray): Promise<void> {
    const rptId = await this.#readOne(domain, `${ln}$${fc}$${name}$RptID`);
    const text = typeof rptId === "object" && "type" in rptId && rptId.type === "visible-string" ? rptId.value : "";
    this.#watch(`${domain}/${ln}.${fc}.${name}`, text || `${domain}/${ln}$${fc}$${name}`);
  }

  async #type(name: ObjectName): Promise<Served> {
    if (name.scope !== "domain") return "unsupported";
    const { result, error } = await this.#ask("MmsConnection_getVariableAccessAttributes", name.domain, name.item);
    if (result === null) return refusal(error);
    const type = typeFromLibrary(this.#library, result);
    this.#library.call("MmsVariableSpecification_destroy", result);
    return { service: "get-variable-access-attributes", deletable: false, type };
  }

  async #directory(name: ObjectName): Promise<Served> {
    if (name.scope !== "domain") return "unsupported";
    const deletable = [false];
    const asked = await this.#ask("MmsConnection_readNamedVariableListDirectory", name.domain, name.item, deletable);
    if (asked.result === null) return refusal(asked.error);
    const library = this.#library;
    const variables = pointersFromLibrary(library, asked.result).map((one): VariableAccess => {
      // The struct begins with the texts of the domain and the item.
      const [domain = "", item = ""] = library.texts(one, 2);
      library.call("MmsVariableAccessSpecification_destroy", one);
      return { name: domainName(domain, item) };
    });
    library.call("LinkedList_destroyStatic", asked.result);
    return { service: "get-named-variable-list-attributes", deletable: deletable[0] === true, variables };
  }

  async #ask(name: NativeName, ...args: readonly unknown[]): Promise<{ result: Pointer; error: number }> {
    const error = [0];
    const result = (await this.#library.ask(name, this.#mms, error, ...args)) as Pointer;
    return { result, error: error[0] ?? 0 };
  }

  async #askNumber(name: NativeName, ...args: readonly unknown[]): Promise<{ result: number; error: number }> {
    const error = [0];
    const result = Number(await this.#library.ask(name, this.#mms, error, ...args));
    return { result, error: error[0] ?? 0 };
  }
}

/** An `MmsError` as the IED's own words, as far as its number says them. */
function refusal(error: number): ServiceError | "unanswered" {
  if (error === SERVICE_TIMEOUT || error === CONNECTION_LOST) return "unanswered";
  const errorClass = CLASSES[Math.floor(error / 10)] ?? "others";
  return { errorClass, code: error % 10, description: `MmsError ${error}` };
}
