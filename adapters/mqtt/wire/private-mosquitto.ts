import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { freePort } from "../../io/node/private-redis.ts";
import { installScript, isDebianLike } from "../../io/node/redis-install.ts";
import { observe } from "../../io/node/redis-server.ts";
import { mqttFault } from "../mqtt-fault.ts";

/** Distributions put servers where a user's PATH does not look. */
const MORE_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"];
const START_TIMEOUT_MS = 10_000;
const INSTALL_TIMEOUT_MS = 300_000;

/** The path of the mosquitto program, or `undefined`. */
export function findMosquitto(path: string = process.env["PATH"] ?? ""): string | undefined {
  for (const folder of [...path.split(delimiter), ...MORE_FOLDERS]) {
    const candidate = join(folder, "mosquitto");
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch (_absent) {
      // The next folder may have it.
    }
  }
  return undefined;
}

/** Installs the distribution's package where there is no mosquitto and we may. Whether there is one now. */
export function ensureMosquitto(log: (sentence: string) => void): boolean {
  if (findMosquitto() !== undefined) return true;
  const here = observe();
  if (here.platform !== "linux" || !isDebianLike(here.osRelease) || !(here.root || here.sudo)) {
    log("no mosquitto on the PATH: tests that need one are skipped; run: sudo apt-get install -y mosquitto");
    return false;
  }
  log("no mosquitto on the PATH: installing the package mosquitto (no service is started)");
  const script = ["sh", "-c", installScript("mosquitto")];
  const [program = "sh", ...args] = here.root ? script : ["sudo", "-n", ...script];
  const { status } = spawnSync(program, args, { stdio: "ignore", timeout: INSTALL_TIMEOUT_MS });
  if (status === 0 && findMosquitto() !== undefined) return true;
  log("mosquitto could not be installed: tests that need one are skipped");
  return false;
}

/** A mosquitto of our own on 127.0.0.1, which keeps its sessions over a restart. */
export class PrivateMosquitto {
  readonly port: number;
  readonly #dir: string;
  readonly #program: string;
  #child: ChildProcess | undefined;

  private constructor(program: string, dir: string, port: number) {
    this.#program = program;
    this.#dir = dir;
    this.port = port;
  }

  /** @param lines more of mosquitto.conf */
  static async start(lines: readonly string[] = []): Promise<PrivateMosquitto> {
    const program = findMosquitto();
    if (program === undefined)
      throw mqttFault("mqtt.broker.unreachable", "there is no mosquitto on the PATH", { blame: "operator" });
    const dir = mkdtempSync(join(tmpdir(), "busbar-mosquitto-"));
    const port = await freePort();
    const config = [
      `listener ${port} 127.0.0.1`,
      "allow_anonymous true",
      "persistence true",
      `persistence_location ${dir}/data/`,
      "max_queued_messages 0",
      "max_inflight_messages 1000",
      "log_type none",
      ...(process.getuid?.() === 0 ? ["user root"] : []),
      ...lines,
    ];
    mkdirSync(join(dir, "data"));
    writeFileSync(join(dir, "mosquitto.conf"), `${config.join("\n")}\n`);
    const one = new PrivateMosquitto(program, dir, port);
    await one.resume();
    return one;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Ends the process in good order, as `systemctl stop` would; what it keeps stays. */
  async pause(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    await gone;
  }

  /** Starts it (again) on its port. Resolves when it accepts connections. */
  async resume(): Promise<void> {
    const child = spawn(this.#program, ["-c", join(this.#dir, "mosquitto.conf")], { stdio: "ignore" });
    this.#child = child;
    const endWithUs = (): void => void child.kill("SIGKILL");
    process.once("exit", endWithUs);
    child.once("exit", () => process.off("exit", endWithUs));
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await accepts(this.port))) {
      if (performance.now() > deadline || child.exitCode !== null) {
        throw mqttFault("mqtt.broker.unreachable", "mosquitto did not start", { blame: "operator" });
      }
    }
  }

  async stop(): Promise<void> {
    await this.pause();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => setTimeout(() => resolve(false), 20));
  });
}
