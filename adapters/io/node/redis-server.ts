import { execFile, spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { missing, planInstall, type Surroundings } from "./redis-install.ts";

/** Programs that speak the protocol and run our scripts, best known first. */
const PROGRAMS = ["redis-server", "valkey-server"];
const INSTALL_TIMEOUT_MS = 300_000;

/** The path of a server program on the PATH, or `undefined`. */
export function findRedisServer(path: string = process.env["PATH"] ?? ""): string | undefined {
  for (const program of PROGRAMS) {
    for (const folder of path.split(delimiter)) {
      const candidate = join(folder, program);
      if (folder !== "" && isProgram(candidate)) return candidate;
    }
  }
  return undefined;
}

/**
 * The path of a server program; where there is none and we may, the distribution's package is installed first.
 * Throws `config.redis-server.missing` with the one command that mends it.
 *
 * @param options.log gets one sentence before and after anything is installed.
 */
export async function ensureRedisServer(
  options: { readonly log?: (sentence: string) => void; readonly surroundings?: () => Surroundings } = {},
): Promise<string> {
  const found = findRedisServer();
  if (found !== undefined) return found;
  const plan = planInstall((options.surroundings ?? observe)());
  if (plan.kind === "tell") throw plan.fault;
  const log = options.log ?? (() => {});
  log("no redis-server on the PATH: installing the package redis-server (no service is started)");
  await run(plan.command);
  const installed = findRedisServer();
  if (installed === undefined) throw missing("sudo apt-get install -y redis-server");
  log(`installed ${installed}`);
  return installed;
}

/** Where we are, as far as installing a package goes. */
export function observe(): Surroundings {
  const root = process.getuid?.() === 0;
  return {
    platform: process.platform,
    osRelease: readText("/etc/os-release"),
    root,
    sudo: !root && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0,
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (_absent) {
    return "";
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (_absent) {
    return false;
  }
}

function run([program, ...args]: readonly [string, ...string[]]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: INSTALL_TIMEOUT_MS, maxBuffer: 16 * 1024 * 1024 }, (error, _stdout, stderr) => {
      if (error === null) return resolve();
      const lastWords = stderr.trim().split("\n").at(-1) ?? "";
      reject(missing(`sudo apt-get install -y redis-server (tried: ${lastWords.slice(0, 200)})`, error));
    });
  });
}
