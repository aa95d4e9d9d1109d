import { createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { clientTls } from "../../adapters/io/node/tls.ts";
import { deleteFile, fileDirectory, readFile, writeFile } from "../../adapters/iec61850/acsi/files.ts";
import { discover } from "../../adapters/iec61850/acsi/discover.ts";
import { logName, queryLog } from "../../adapters/iec61850/acsi/logs.ts";
import { read, typeOfReference, write } from "../../adapters/iec61850/acsi/variables.ts";
import { entryJson } from "../../adapters/iec61850/actions/logs.ts";
import {
  type AssociationParameters,
  presetParameters,
  type SelectorPreset,
} from "../../adapters/iec61850/association/parameters.ts";
import { ControlBook } from "../../adapters/iec61850/control/control-book.ts";
import { type ControlModel, type ControlRequest, operate } from "../../adapters/iec61850/control/operate.ts";
import { encodeValue } from "../../adapters/iec61850/model/encode-value.ts";
import { referenceText, toReference } from "../../adapters/iec61850/model/reference.ts";
import { toBinaryTime } from "../../adapters/iec61850/model/time.ts";
import { toJson } from "../../adapters/iec61850/model/value.ts";
import { service } from "../../adapters/iec61850/procedure.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { utf8 } from "../../adapters/kit/bytes.ts";
import { toWall } from "../../adapters/kit/time.ts";
import type { Json } from "../model/bounded-json.ts";
import { clean, complainLine, say, sayJson, table } from "./output.ts";
import { type ClientTarget, OpenClient } from "./probe-iec61850-client.ts";
import { modelSummary, treeJson, treeLines } from "./probe-iec61850-tree.ts";
import { EXIT } from "./verb.ts";

export interface ProbeIedFlags {
  readonly tls?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly stack: SelectorPreset;
  readonly password?: string;
  readonly mode?: ControlModel;
  readonly check?: readonly string[];
  readonly test?: boolean;
  readonly watch?: boolean;
  readonly rcb?: string;
  readonly ied?: string;
  readonly out?: string;
  readonly within: number;
  readonly json?: boolean;
}

interface Asked {
  readonly client: OpenClient;
  readonly args: readonly string[];
  readonly flags: ProbeIedFlags;
}

interface Verb {
  readonly usage: string;
  readonly summary: string;
  readonly least: number;
  /** The exit code; 0 where it has none. */
  readonly run: (asked: Asked) => Promise<number | undefined>;
}

const LOG_LIMIT = 1_000;

const VERBS: Readonly<Record<string, Verb>> = {
  identify: {
    usage: "identify",
    summary: "who it is, and what was agreed on",
    least: 0,
    run: async ({ client, flags }) => {
      const { vendor, model, revision } = await client.run(service({ service: "identify" }));
      const { pduBytes, outstanding } = client.settled;
      if (flags.json === true) sayJson({ vendor, model, revision, pduBytes, outstanding });
      else say(clean(`${vendor} ${model} ${revision}; PDU of ${pduBytes} bytes, ${outstanding} requests at once`));
    },
  },
  discover: {
    usage: "discover",
    summary: "the whole model as a tree",
    least: 0,
    run: async ({ client, flags }) => {
      const model = await client.run(discover());
      if (flags.json === true) sayJson(treeJson(model));
      else {
        for (const line of treeLines(model)) say(clean(line));
        complainLine(modelSummary(model));
      }
    },
  },
  read: {
    usage: "read REF[FC]",
    summary: "one value: BAY1MEAS/MMXU1.TotW[MX]",
    least: 1,
    run: async ({ client, args: [text = ""] }) => {
      const reference = toReference(text);
      const data = await client.run(read(reference));
      const type = await client.run(typeOfReference(reference));
      sayJson(toJson(data, type, reference.path.at(-1)));
    },
  },
  write: {
    usage: "write REF[FC] VALUE",
    summary: "one value, in JSON or as a bare word",
    least: 2,
    run: async ({ client, args: [text = "", value = ""] }) => {
      const reference = toReference(text);
      const type = await client.run(typeOfReference(reference));
      await client.run(write(reference, encodeValue(jsonOf(value), type, referenceText(reference))));
      say("written");
    },
  },
  operate: {
    usage: "operate REF VALUE [--mode …]",
    summary: "a control: BAY1CTRL/CSWI1.Pos false",
    least: 2,
    run: async ({ client, args: [text = "", value = ""], flags }) => {
      const result = await client.run(operate(controlRequest(text, value, flags), new ControlBook()));
      if (flags.json === true) sayJson(result);
      else say(`${result.end} (${result.model}, ctlNum ${result.ctlNum})`);
    },
  },
  check: {
    usage: "check FILE [--ied NAME]",
    summary: "what it has otherwise than its SCL file (ICD, CID, SCD)",
    least: 1,
    run: async ({ client, args: [file = ""], flags }) => {
      const { checkAgainst } = await import("./probe-iec61850-check.ts");
      return await checkAgainst(client, file, flags);
    },
  },
  files: {
    usage: "files [get NAME | put FILE | rm NAME]",
    summary: "its files; get writes to --out or the name",
    least: 0,
    run: files,
  },
  log: {
    usage: "log LD/LN.NAME",
    summary: "the entries of a log",
    least: 1,
    run: async ({ client, args: [text = ""], flags }) => {
      const query = { by: "time", from: toBinaryTime(toWall(0)), to: undefined } as const;
      const from = { ...query, from: { ...query.from, days: 0, ms: 0 } };
      const { entries, more } = await client.run(queryLog(logName(text), from, LOG_LIMIT));
      if (flags.json === true) sayJson({ entries: entries.map(entryJson), more });
      else for (const entry of entries) say(clean(JSON.stringify(entryJson(entry))));
    },
  },
};

export const IED_VERB_LINES: string = [
  ...Object.values(VERBS).map(({ usage, summary }) => `  ${usage.padEnd(40)} ${summary}`),
  `  ${"reports [--watch] [--rcb LD/LN.NAME]".padEnd(40)} what report control blocks there are, or what they report`,
].join("\n");

/** 0: it worked; 1: the device said no; 2: usage; 5: nobody there. */
export async function probeIed(
  host: { readonly host: string; readonly port: number | undefined },
  verb: string,
  args: readonly string[],
  flags: ProbeIedFlags,
): Promise<number> {
  if (verb === "reports") {
    const { probeReports } = await import("./probe-iec61850-reports.ts");
    return guarded(async () => {
      await probeReports(targetOf(host, flags), flags);
      return undefined;
    });
  }
  const known = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (known === undefined || args.length < known.least) {
    complainLine(
      known === undefined
        ? `there is no verb ${JSON.stringify(verb)}`
        : `usage: busbar probe iec61850 HOST ${known.usage}`,
    );
    return EXIT.usage;
  }
  return guarded(async () => {
    const client = await OpenClient.open(targetOf(host, flags), () => {});
    try {
      return await known.run({ client, args, flags });
    } finally {
      await client.release();
    }
  });
}

async function guarded(act: () => Promise<number | undefined>): Promise<number> {
  try {
    return (await act()) ?? EXIT.ok;
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    complainLine(clean(`${thrown.code}: ${thrown.message}`));
    if (thrown.blame === "operator") return EXIT.usage;
    return /^transport\.|association\.(?:refused|unanswered)$/.test(thrown.code) ? EXIT.unreachable : EXIT.failed;
  }
}

function targetOf(
  { host, port }: { readonly host: string; readonly port: number | undefined },
  flags: ProbeIedFlags,
): ClientTarget {
  const secure = flags.tls === true || flags.ca !== undefined || flags.cert !== undefined;
  const pem = (file: string | undefined): string | undefined => (file === undefined ? undefined : text(file));
  const [ca, cert, key] = [pem(flags.ca), pem(flags.cert), pem(flags.key)];
  const tls = secure
    ? clientTls({ ca, ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) })
    : undefined;
  return {
    host,
    port: port ?? (secure ? 3_782 : 102),
    tls,
    withinMs: flags.within,
    parameters: parametersOf(flags),
  };
}

function parametersOf({ stack, password }: ProbeIedFlags): AssociationParameters {
  const preset = presetParameters(stack);
  if (password === undefined) return preset;
  const octets = utf8(text(password).replace(/\r?\n$/, ""));
  return { ...preset, password: () => octets };
}

function text(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new EdgeError({
      code: "config.secret.missing",
      blame: "operator",
      retry: "never",
      message: `${file} cannot be read`,
      cause,
    });
  }
}

async function files({ client, args: [action, name], flags }: Asked): Promise<undefined> {
  if (action === "get" && name !== undefined) {
    const { content } = await client.run(readFile(name));
    if (flags.out === "-") createWriteStream("", { fd: 1 }).end(content);
    else writeFileSync(flags.out ?? basename(name.replaceAll("\\", "/")), content);
    complainLine(`${content.length} bytes`);
    return undefined;
  }
  if (action === "put" && name !== undefined) {
    await client.run(writeFile(basename(name), readFileSync(name)));
    say("written");
    return undefined;
  }
  if (action === "rm" && name !== undefined) {
    await client.run(deleteFile(name));
    say("deleted");
    return undefined;
  }
  const list = await client.run(fileDirectory(action));
  if (flags.json === true) sayJson(list);
  else
    say(
      table(
        ["size", "modified", "name"],
        list.map((one) => [String(one.size), one.lastModified ?? "", one.name]),
      ),
    );
  return undefined;
}

function controlRequest(object: string, value: string, flags: ProbeIedFlags): ControlRequest {
  return {
    object: { ...toReference(object), fc: undefined },
    value: jsonOf(value),
    model: flags.mode,
    operatesStatusOnly: false,
    orCat: 3,
    orIdent: utf8("busbar probe"),
    test: flags.test === true,
    synchroCheck: flags.check?.includes("synchrocheck") === true,
    interlockCheck: flags.check?.includes("interlock") === true,
    activateAt: undefined,
    now: toWall(Date.now()),
    terminationMs: flags.within,
  };
}

/** JSON where it is, and a bare word is the word. */
function jsonOf(given: string): Json {
  try {
    const value: Json = JSON.parse(given);
    return value;
  } catch (_word) {
    return given;
  }
}
