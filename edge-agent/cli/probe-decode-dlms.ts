import { readFileSync } from "node:fs";
import { type Explanation, explain, type ExplainKeys } from "../../adapters/dlms/explain.ts";
import { CipherKeys } from "../../adapters/io/node/cipher-keys.ts";
import { fromHex } from "../../adapters/kit/bytes.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { complainLine, say, sayJson, table } from "./output.ts";
import { EXIT } from "./verb.ts";

export interface DecodeDlmsFlags {
  /** Files with the key as hex or as bare octets. */
  readonly guek?: string;
  readonly gak?: string;
  readonly gbek?: string;
  readonly dedicatedKey?: string;
  /** Hex. */
  readonly systemTitle?: string;
  readonly json?: boolean;
}

/** 0: everything was understood; 1: something is wrong with it. */
export function decodeDlms(text: string | undefined, flags: DecodeDlmsFlags): number {
  const hex = text === undefined || text === "-" ? readFileSync(0, "utf8") : text;
  const octets = fromHex(hex.replaceAll(/0x|[:,-]/g, " "));
  if (octets === undefined || octets.length === 0) {
    complainLine("that is not hex: two digits a byte, white space ignored");
    return EXIT.usage;
  }
  let explanation: Explanation;
  try {
    explanation = explain(octets, keysOf(flags));
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    complainLine(thrown.message);
    return EXIT.usage;
  }
  if (flags.json === true) sayJson(explanation);
  else show(explanation);
  return explanation.faults.length === 0 ? EXIT.ok : EXIT.failed;
}

function keysOf(flags: DecodeDlmsFlags): ExplainKeys | undefined {
  if (flags.guek === undefined) return undefined;
  const ciphers = new CipherKeys();
  const key = (name: string, file: string | undefined) =>
    file === undefined ? undefined : ciphers.addSecret(name, readSecret(name, file));
  const encryptionKey = ciphers.addSecret("the GUEK", readSecret("the GUEK", flags.guek));
  return {
    ciphers,
    material: {
      // Suites 0 and 1 cipher alike; the control octet of each APDU says which it is.
      suite: 0,
      encryptionKey,
      authenticationKey: key("the GAK", flags.gak),
      broadcastKey: key("the GBEK", flags.gbek),
      dedicatedKey: key("the dedicated key", flags.dedicatedKey),
    },
    systemTitle: flags.systemTitle === undefined ? undefined : titleOf(flags.systemTitle),
  };
}

/** 16 or 32 octets, bare or as hex. */
function readSecret(name: string, file: string): Uint8Array {
  let octets: Uint8Array;
  try {
    octets = readFileSync(file);
  } catch (cause) {
    throw usage(`${name} cannot be read from ${file}`, cause);
  }
  const text = fromHex(Buffer.from(octets).toString("latin1"));
  for (const key of [text, octets]) if (key?.length === 16 || key?.length === 32) return key;
  throw usage(`${name} in ${file} is neither 16 or 32 bare octets nor as many in hex`);
}

function titleOf(hex: string): Uint8Array {
  const title = fromHex(hex);
  if (title?.length === 8) return title;
  throw usage("a system title has 8 octets: 16 hex digits");
}

function usage(message: string, cause?: unknown): EdgeError {
  return new EdgeError({ code: "config.key.unreadable", blame: "operator", retry: "never", message, cause });
}

function show({ octets, lines, faults }: Explanation): void {
  const rows = lines.map(({ depth, name, value }) => [`${"  ".repeat(depth)}${name}`, value]);
  say(table(["what", `${octets} octets`], rows));
  for (const fault of faults) complainLine(fault);
}
