import process from "node:process";
import { fromHex } from "../../kit/bytes.ts";
import { decodeMms } from "../mms/decode.ts";
import { encodeMms } from "../mms/encode.ts";
import type { InformationReport, MmsPdu } from "../mms/pdu.ts";
import { decodeFrame, encodeFrame, nativeFramer } from "./frames.ts";
import { bind, type Library, NotUsable, type Pointer } from "./library.ts";
import { LibraryControls } from "./library-controls.ts";
import { reportFromLibrary } from "./library-reports.ts";
import { LibraryServices, type Served } from "./library-services.ts";
import type { FromLibrary, NativeSelectors, ToLibrary } from "./notices.ts";

/**
 * The process the library lives in: one association, asked over standard input and answered over standard output. It ends when
 * its input does, and with the association. `--check` says only whether the library can be used.
 */
const CHECK = "--check";
const PASSWORD_MECHANISM = 1;

function say(notice: FromLibrary): void {
  process.stdout.write(encodeFrame({ kind: "notice", notice }));
}

function sayPdu(pdu: MmsPdu): void {
  process.stdout.write(encodeFrame({ kind: "pdu", pdu: encodeMms(pdu) }));
}

function sayReport(report: InformationReport): void {
  sayPdu({ kind: "information-report", report });
}

class Kept {
  readonly #library: Library;
  readonly #connection: Pointer;
  #services: LibraryServices | undefined;
  #isReleasing = false;
  #reportHandler: unknown;

  constructor(library: Library) {
    this.#library = library;
    this.#connection = library.call("IedConnection_create") as Pointer;
  }

  async associate(asked: Extract<ToLibrary, { say: "associate" }>): Promise<void> {
    const library = this.#library;
    const connection = this.#connection;
    library.call("IedConnection_setConnectTimeout", connection, asked.associateMs);
    library.call("IedConnection_setRequestTimeout", connection, asked.requestMs);
    const mms = library.call("IedConnection_getMmsConnection", connection) as Pointer;
    this.#configure(mms, asked);
    const error = [0];
    await library.ask("IedConnection_connect", connection, error, asked.host, asked.port);
    if (error[0] !== 0) {
      say({ say: "refused", error: error[0] ?? 0 });
      end(0);
      return;
    }
    const closed = library.handler("closed", () => {
      if (this.#isReleasing) return;
      say({ say: "lost" });
      end(0);
    });
    library.call("IedConnection_installConnectionClosedHandler", connection, closed, null);
    this.#reportHandler = library.handler("report", (_parameter, report) =>
      sayReport(reportFromLibrary(library, report)),
    );
    const controls = new LibraryControls(library, connection, sayReport);
    this.#services = new LibraryServices(library, mms, controls, (block, rptId) =>
      library.call("IedConnection_installReportHandler", connection, block, rptId, this.#reportHandler, null),
    );
    say({ say: "associated" });
  }

  async serve(bytes: Uint8Array): Promise<void> {
    const pdu = decodeMms(bytes);
    if (pdu.kind !== "confirmed-request" || this.#services === undefined) return;
    const { invokeId } = pdu;
    const served: Served = await this.#services.serve(pdu.request);
    // What the library waited for in vain has no answer: whoever asked counts the time as well.
    if (served === "unanswered") return;
    if (served === "unsupported") sayPdu({ kind: "reject", invokeId, rejected: "confirmed-request", reason: 1 });
    else if ("errorClass" in served) sayPdu({ kind: "confirmed-error", invokeId, error: served });
    else sayPdu({ kind: "confirmed-response", invokeId, response: served });
  }

  async release(): Promise<void> {
    this.#isReleasing = true;
    await this.#library.ask("IedConnection_close", this.#connection);
    say({ say: "released" });
    end(0);
  }

  #configure(mms: Pointer, { local, remote, password }: Extract<ToLibrary, { say: "associate" }>): void {
    const library = this.#library;
    const iso = library.call("MmsConnection_getIsoConnectionParameters", mms);
    for (const [end, selectors] of [
      ["Local", local],
      ["Remote", remote],
    ] as const) {
      const { presentation, session, transport } = selectors;
      library.call(
        `IsoConnectionParameters_set${end}Addresses`,
        iso,
        selector(presentation, 16),
        selector(session, 16),
        selector(transport, 4),
      );
      const { apTitle, aeQualifier } = selectors satisfies NativeSelectors;
      // Without a title none is sent.
      library.call(`IsoConnectionParameters_set${end}ApTitle`, iso, apTitle ?? null, aeQualifier ?? 0);
    }
    if (password === undefined) return;
    const parameter = library.call("AcseAuthenticationParameter_create");
    library.call("AcseAuthenticationParameter_setAuthMechanism", parameter, PASSWORD_MECHANISM);
    library.call("AcseAuthenticationParameter_setPassword", parameter, Buffer.from(password, "hex").toString("latin1"));
    library.call("IsoConnectionParameters_setAcseAuthenticationParameter", iso, parameter);
  }
}

function selector(hex: string, room: number): { readonly size: number; readonly value: readonly number[] } {
  const octets = [...(fromHex(hex) ?? [])].slice(0, room);
  return { size: octets.length, value: [...octets, ...Array.from({ length: room - octets.length }, () => 0)] };
}

/** What was said goes out first; the library's own threads are no reason to stay. */
function end(code: number): void {
  process.stdout.write("", () => process.exit(code));
}

function broke(thrown: unknown): void {
  process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
  end(70);
}

function usable(file: string | undefined): Library | undefined {
  try {
    return bind(file);
  } catch (thrown) {
    if (!(thrown instanceof NotUsable)) throw thrown;
    say({ say: "missing", why: thrown.message });
    return undefined;
  }
}

function main(): void {
  const [first, second] = process.argv.slice(2);
  const isCheck = first === CHECK;
  const library = usable((isCheck ? second : first) || undefined);
  if (library === undefined) {
    end(3);
    return;
  }
  if (isCheck) {
    process.stdout.write(encodeFrame({ kind: "notice", notice: { say: "usable", version: library.version } }));
    end(0);
    return;
  }
  const kept = new Kept(library);
  const framer = nativeFramer();
  // Nobody is there any more. An exit would wait for the call that the library is in, and a library can wait for ever.
  process.stdin.on("end", () => process.kill(process.pid, "SIGKILL"));
  process.stdin.on("data", (chunk) => {
    for (const bytes of framer.push(chunk)) {
      const told = decodeFrame(bytes);
      if (told.kind === "pdu") kept.serve(told.pdu).catch(broke);
      else {
        // Our own parent wrote it.
        const notice = told.notice as ToLibrary;
        (notice.say === "associate" ? kept.associate(notice) : kept.release()).catch(broke);
      }
    }
  });
}

main();
