import { checkLibrary } from "../../../adapters/iec61850/native/child-process.ts";
import type { Config } from "../../config/config.ts";
import { libraryOf } from "../../config/iec61850.ts";
import { type Check, error, ok, skipped } from "./finding.ts";

/** The optional libiec61850, where the configuration wants it. */
export const nativeCheck: Check = {
  name: "libiec61850",
  run: async ({ config }) => {
    const missing = await missingLibrary(config);
    if (missing === undefined) return [skipped("not configured: the built-in stack is used")];
    const { count, found } = missing;
    const of = `${count} IED${count === 1 ? "" : "s"}`;
    return [found.usable ? ok(`${found.version}, for ${of}`) : error(`${of} want it: ${found.why}`, LIBRARY_FIX)];
  },
};

export const LIBRARY_FIX =
  "install libiec61850 1.5 or newer and the package koffi, name the file with iec61850.library, or leave backend out";

/** What is known of the library on this host; `undefined` where no IED wants it. */
export async function missingLibrary(
  config: Config,
): Promise<{ readonly count: number; readonly found: Awaited<ReturnType<typeof checkLibrary>> } | undefined> {
  const section = config.protocols.iec61850;
  if (section === undefined) return undefined;
  const wanting = config.devices.filter(
    (device) => device.protocol === "iec61850" && (device.backend ?? section.backend) === "libiec61850",
  );
  return wanting.length === 0
    ? undefined
    : { count: wanting.length, found: await checkLibrary({ library: libraryOf(section) }) };
}
