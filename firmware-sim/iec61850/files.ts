import { utf8 } from "../../adapters/kit/bytes.ts";
import { toRfc3339, type WallMs } from "../../adapters/kit/time.ts";

export interface StoredFile {
  readonly bytes: Uint8Array;
  readonly modified: WallMs;
}

/** Files and their bytes a device has room for. */
const FILES_MAX = 1_000;
const BYTES_MAX = 16 * 1_024 * 1_024;

/** The file store of an IED: flat, with `/` in the names, as the directory service shows it. */
export class FileStore {
  readonly #files = new Map<string, StoredFile>();

  constructor(wall: WallMs) {
    for (const [name, bytes] of disturbance()) this.#files.set(name, { bytes, modified: wall });
  }

  get(name: string): StoredFile | undefined {
    return this.#files.get(nameOf(name));
  }

  /** Names that begin with `under` as a folder, or are it; all of them where it is empty. Sorted. */
  list(under: string): readonly (readonly [string, StoredFile])[] {
    const folder = nameOf(under);
    return [...this.#files]
      .filter(([name]) => folder === "" || name === folder || name.startsWith(`${folder}/`))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** `false` where there is no room. */
  put(name: string, bytes: Uint8Array, modified: WallMs): boolean {
    let held = bytes.length;
    for (const file of this.#files.values()) held += file.bytes.length;
    if (held > BYTES_MAX || this.#files.size >= FILES_MAX) return false;
    this.#files.set(nameOf(name), { bytes, modified });
    return true;
  }

  delete(name: string): boolean {
    return this.#files.delete(nameOf(name));
  }

  rename(from: string, to: string): "done" | "missing" | "taken" {
    const file = this.get(from);
    if (file === undefined) return "missing";
    if (this.get(to) !== undefined) return "taken";
    this.#files.delete(nameOf(from));
    this.#files.set(nameOf(to), file);
    return "done";
  }
}

/** GeneralizedTime: `20261121000543.000Z`. */
export function generalizedTime(at: WallMs): string {
  return toRfc3339(at).replace(/[-:T]/g, "");
}

/** Some clients begin with a separator, some use the other one. */
function nameOf(name: string): string {
  return name.replaceAll("\\", "/").replace(/^\/+|\/+$/g, "");
}

const SAMPLES = 4_000;

/** A disturbance record in COMTRADE (IEC 60255-24): one current, a second at 4 kHz, the fault in the middle. */
function disturbance(): (readonly [string, Uint8Array])[] {
  const lines: string[] = [];
  for (let n = 1; n <= SAMPLES; n++) {
    const amplitude = n > 1_500 && n < 2_300 ? 8_000 : 600;
    lines.push(`${n},${(n - 1) * 250},${Math.round(amplitude * Math.sin((n * 2 * Math.PI) / 80))}`);
  }
  const head = ["BAY,1,1999", "1,1A,0D", "1,IL1,A,,A,1,0,0,-9000,9000,1,1,P", "50", "1", `4000,${SAMPLES}`];
  const times = ["01/01/2026,00:00:00.000000", "01/01/2026,00:00:00.375000", "ASCII", "1"];
  return [
    ["COMTRADE/fault_0001.cfg", utf8(`${[...head, ...times].join("\r\n")}\r\n`)],
    ["COMTRADE/fault_0001.dat", utf8(`${lines.join("\r\n")}\r\n`)],
    ["readme.txt", utf8("This IED is simulated.\r\n")],
  ];
}
