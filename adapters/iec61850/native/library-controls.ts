import type { MmsData } from "../mms/data.ts";
import type { InformationReport } from "../mms/pdu.ts";
import type { Library, Pointer } from "./library.ts";
import { toLibrary } from "./library-values.ts";

/** What a SBOw, Oper or Cancel structure says, by the kinds of its components: which there are differs from device to device. */
interface Said {
  readonly value: MmsData;
  readonly operTm: bigint;
  readonly category: number;
  readonly identification: string;
  readonly ctlNum: number;
  readonly test: boolean;
  readonly synchroCheck: boolean;
  readonly interlockCheck: boolean;
  readonly structure: MmsData;
}

interface Control {
  readonly client: Pointer;
  readonly domain: string;
  /** `LN$CO$DO` */
  readonly object: string;
  /** Of the last one: what the library says later is about it. */
  said: Said | undefined;
}

const OBJECT_ACCESS_DENIED = 3;
/** Control objects of one association that are remembered. */
const CONTROLS_LIMIT = 1_024;

/**
 * Controls over the library's own control client. From outside it is what MMS has: the structures are written, a refusal comes
 * after its LastApplError, a termination is a report of its own.
 */
export class LibraryControls {
  readonly #library: Library;
  readonly #connection: Pointer;
  readonly #report: (report: InformationReport) => void;
  readonly #controls = new Map<string, Control>();
  readonly #handler: unknown;

  constructor(library: Library, connection: Pointer, report: (report: InformationReport) => void) {
    this.#library = library;
    this.#connection = connection;
    this.#report = report;
    this.#handler = library.handler("termination", (_parameter, client) => {
      for (const control of this.#controls.values()) if (control.client === client) this.#terminated(control);
    });
  }

  /** A read of `SBO`: the object's reference where it is selected now, an empty text where it is not. */
  async select(domain: string, object: string): Promise<MmsData> {
    const control = await this.#control(domain, object);
    const selected = await this.#library.ask("ControlObjectClient_select", control.client);
    if (selected !== true) this.#refused(control, "SBO");
    return { type: "visible-string", value: selected === true ? `${domain}/${object}$SBO` : "" };
  }

  /** A write of `SBOw`, `Oper` or `Cancel`: `undefined`, or the DataAccessError. */
  async write(domain: string, object: string, attribute: string, data: MmsData): Promise<number | undefined> {
    const said = saidIn(data);
    if (said === undefined) return OBJECT_ACCESS_DENIED;
    const control = await this.#control(domain, object);
    control.said = said;
    const { client } = control;
    const library = this.#library;
    library.call("ControlObjectClient_setOrigin", client, said.identification, said.category);
    library.call("ControlObjectClient_setTestMode", client, said.test);
    library.call("ControlObjectClient_setInterlockCheck", client, said.interlockCheck);
    library.call("ControlObjectClient_setSynchroCheck", client, said.synchroCheck);
    const value = toLibrary(library, said.value);
    try {
      const done =
        attribute === "Cancel"
          ? await library.ask("ControlObjectClient_cancel", client)
          : attribute === "SBOw"
            ? await library.ask("ControlObjectClient_selectWithValue", client, value)
            : await library.ask("ControlObjectClient_operate", client, value, said.operTm);
      if (done === true) return undefined;
      this.#refused(control, attribute);
      return OBJECT_ACCESS_DENIED;
    } finally {
      library.call("MmsValue_delete", value);
    }
  }

  async #control(domain: string, object: string): Promise<Control> {
    const name = `${domain}/${object}`;
    const known = this.#controls.get(name);
    if (known !== undefined) return known;
    // `LN$CO$DO$SDO` is `LN.DO.SDO` to the library.
    const [ln = "", , ...path] = object.split("$");
    const reference = `${domain}/${[ln, ...path].join(".")}`;
    const client = (await this.#library.ask("ControlObjectClient_create", reference, this.#connection)) as Pointer;
    if (client === null) throw new Error(`libiec61850 knows no control ${reference}`);
    const control: Control = { client, domain, object, said: undefined };
    const [oldest] = this.#controls.values();
    if (this.#controls.size >= CONTROLS_LIMIT && oldest !== undefined) this.#forget(oldest);
    this.#controls.set(name, control);
    this.#library.call("ControlObjectClient_setCommandTerminationHandler", client, this.#handler, null);
    return control;
  }

  #terminated(control: Control): void {
    const { said, domain, object } = control;
    if (said === undefined) return;
    const { error, addCause } = this.#lastError(control);
    const oper = { name: { scope: "domain", domain, item: `${object}$Oper` } } as const;
    // All the library says of a bad end are these two numbers; where they are zero, it was a good one as far as it can tell.
    const failed = error !== 0 || addCause !== 0;
    this.#report({
      specification: { kind: "variables", variables: [...(failed ? [LAST_APPL_ERROR] : []), oper] },
      results: [...(failed ? [applError(control, "Oper", error, addCause)] : []), said.structure],
    });
    // Its last error is told once: the next control begins with a clean one.
    if (failed) setImmediate(() => this.#forget(control));
  }

  #refused(control: Control, attribute: string): void {
    const { error, addCause } = this.#lastError(control);
    this.#report({
      specification: { kind: "variables", variables: [LAST_APPL_ERROR] },
      results: [applError(control, attribute, error, addCause)],
    });
    this.#forget(control);
  }

  #forget(control: Control): void {
    if (!this.#controls.delete(`${control.domain}/${control.object}`)) return;
    this.#library.call("ControlObjectClient_destroy", control.client);
  }

  #lastError({ client }: Control): { readonly error: number; readonly addCause: number } {
    return this.#library.call("ControlObjectClient_getLastApplError", client) as { error: number; addCause: number };
  }
}

const LAST_APPL_ERROR = { name: { scope: "vmd", item: "LastApplError" } } as const;

function applError({ domain, object, said }: Control, attribute: string, error: number, addCause: number): MmsData {
  return {
    type: "structure",
    items: [
      { type: "visible-string", value: `${domain}/${object}$${attribute}` },
      { type: "integer", value: error },
      {
        type: "structure",
        items: [
          { type: "integer", value: said?.category ?? 0 },
          { type: "octet-string", value: new TextEncoder().encode(said?.identification ?? "") },
        ],
      },
      { type: "unsigned", value: said?.ctlNum ?? 0 },
      { type: "integer", value: addCause },
    ],
  };
}

/** `undefined` where it is no control structure. */
function saidIn(structure: MmsData): Said | undefined {
  if (structure.type !== "structure") return undefined;
  const [value, ...rest] = structure.items;
  const originAt = rest.findIndex((item) => item.type === "structure" && item.items[1]?.type === "octet-string");
  const origin = rest[originAt];
  if (value === undefined || origin?.type !== "structure") return undefined;
  const [category, identification] = origin.items;
  const after = rest.slice(originAt + 1);
  const check = after.find((item) => item.type === "bit-string");
  return {
    value,
    operTm: timeOf(rest.slice(0, originAt)[0]),
    category: category?.type === "integer" ? Number(category.value) : 0,
    identification: identification?.type === "octet-string" ? new TextDecoder().decode(identification.value) : "",
    ctlNum: wholeOf(after.find((item) => item.type === "unsigned" || item.type === "integer")),
    test: after.some((item) => item.type === "boolean" && item.value),
    synchroCheck: bit(check, 0x80),
    interlockCheck: bit(check, 0x40),
    structure,
  };
}

function wholeOf(data: MmsData | undefined): number {
  return data?.type === "unsigned" || data?.type === "integer" ? Number(data.value) : 0;
}

function bit(data: MmsData | undefined, mask: number): boolean {
  return data?.type === "bit-string" && ((data.octets[0] ?? 0) & mask) !== 0;
}

/** ms since 1970; 0: at once. */
function timeOf(data: MmsData | undefined): bigint {
  if (data?.type !== "utc-time") return 0n;
  return BigInt(data.seconds) * 1_000n + BigInt(Math.round((data.fraction * 1_000) / 2 ** 24));
}
