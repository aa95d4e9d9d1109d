import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandClient, Whereabouts } from "../../core-client/command-client.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Json } from "../model/bounded-json.ts";
import { COMMAND_PRIORITIES, type CommandPriority } from "../model/command.ts";
import type { LedgerRecord } from "../model/ledger.ts";
import { REF_SCHEMES, type Ref } from "../model/point.ts";
import { type ConfigFlag, type JsonFlag, withConfig } from "./config-option.ts";
import { clean, complainLine, say, sayJson } from "./output.ts";
import { EXIT } from "./verb.ts";

interface SendFlags extends ConfigFlag, JsonFlag {
  readonly uid?: string;
  readonly group?: string;
  readonly target?: Ref;
  readonly within: number;
  readonly attempts: number;
  readonly priority: CommandPriority;
  readonly idempotent?: boolean;
  readonly wait: boolean;
}

interface LookFlags extends ConfigFlag, JsonFlag {
  readonly group?: string;
}

export function register(program: Command): void {
  withConfig(program.command("send <device> <action> [value]"))
    .description(
      "send one command to a device and wait for its end, e.g.  busbar send lamp-1 set-light '{\"on\":true}'",
    )
    .option("--uid <uid>", "its name: a command sent twice under one uid is done once (default: a new one)")
    .option("--within <duration>", "never started after this", toMs, 30_000)
    .option("--attempts <n>", "attempts in all", toCount, 1)
    .addOption(
      new Option("--priority <word>", "urgent ones overtake waiting ones")
        .choices([...COMMAND_PRIORITIES])
        .default("normal"),
    )
    .option("--target <scheme:reference>", "what it acts on, e.g. oslp:light[1]", toTarget)
    .option(
      "--idempotent",
      "doing it twice is the same as once: it may be repeated when nobody knows whether it happened",
    )
    .option("--group <name>", "the device's group (default: asked of Redis)")
    .option("--no-wait", "do not wait for its end")
    .action(async (device: string, action: string, value: string | undefined, flags: SendFlags) => {
      process.exitCode = await send(device, action, value, flags);
    });
  withConfig(program.command("result <uid>"))
    .description("what became of a command")
    .option("--group <name>", "the group it was sent to (default: all are asked)")
    .action(async (uid: string, flags: LookFlags) => {
      process.exitCode = await withClient(flags, async (client) =>
        tell(uid, await client.look(uid, whereOf(flags)), flags),
      );
    });
  withConfig(program.command("cancel <uid>"))
    .description("ask that a command be not carried out; one under way goes on and is not repeated")
    .option("--group <name>", "the group it was sent to (default: all are asked)")
    .action(async (uid: string, flags: LookFlags) => {
      process.exitCode = await withClient(flags, async (client) => {
        const record = await client.cancel(uid, whereOf(flags));
        tell(uid, record, flags);
        return record.state === "cancelled" ? EXIT.ok : EXIT.notAllowed;
      });
    });
}

function whereOf({ group }: LookFlags): Whereabouts | undefined {
  return group === undefined ? undefined : { group };
}

async function send(device: string, action: string, value: string | undefined, flags: SendFlags): Promise<number> {
  const parsed = value === undefined ? undefined : parseValue(value);
  if (value !== undefined && parsed === undefined) return EXIT.usage;
  return withClient(flags, async (client) => {
    const request = {
      uid: flags.uid ?? `cli-${randomUUID()}`,
      device,
      action,
      value: parsed?.value,
      target: flags.target,
      priority: flags.priority,
      deadline: new Date(Date.now() + flags.within).toISOString(),
      maxAttempts: flags.attempts,
      idempotent: flags.idempotent === true,
      issuedBy: `${userInfo().username}@${hostname()}`,
    };
    const sent = await client.send(request, flags.group === undefined ? undefined : { group: flags.group });
    if (!flags.wait) {
      if (flags.json === true) sayJson(sent);
      else
        say(
          `${sent.uid} ${sent.repeated ? `was sent before: ${sent.state}` : "is in the queue"} (group ${sent.group})`,
        );
      return EXIT.ok;
    }
    if (flags.json !== true)
      say(`${sent.uid} ${sent.repeated ? "was sent before" : "is in the queue"}; waiting for its end`);
    // A little longer than its deadline: by then an agent has written the end, and be it that it expired.
    const record = await client.result(sent.uid, {
      timeoutMs: flags.within + RESULT_GRACE_MS,
      where: { group: sent.group },
    });
    return tell(sent.uid, record, flags);
  });
}

const RESULT_GRACE_MS = 5_000;

/** The value as JSON, or as plain text where it is not JSON and does not look as if it should be. */
function parseValue(text: string): { readonly value: Json } | undefined {
  try {
    const value: Json = JSON.parse(text);
    return { value };
  } catch (thrown) {
    if (!/^[[{"]/.test(text.trim())) return { value: text };
    complainLine(`the value is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return undefined;
  }
}

/** Opens a client on the configuration's Redis, and turns what goes wrong into a line and an exit code. */
async function withClient(
  flags: ConfigFlag,
  use: (client: CommandClient) => Promise<number> | number,
): Promise<number> {
  const { loadConfig } = await import("./load-config.ts");
  const config = loadConfig(flags.config);
  if (config === undefined) return EXIT.failed;
  const { CommandClient } = await import("../../core-client/command-client.ts");
  const { connectRedis } = await import("../../adapters/io/node/redis.ts");
  const { toConnectSettings } = await import("../runtime/redis-links.ts");
  const connection = connectRedis(toConnectSettings(config.redis), "reader", { name: "busbar-cli" });
  const client = new CommandClient({ redis: () => connection.client });
  try {
    await connection.ready({ timeoutMs: CONNECT_MS });
    return await use(client);
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    complainLine(clean(thrown.message));
    return thrown.code.startsWith("queue.unavailable") || thrown.layer === "transport" ? EXIT.unreachable : EXIT.failed;
  } finally {
    await client.close();
    await connection.close();
  }
}

const CONNECT_MS = 3_000;

function tell(uid: string, record: LedgerRecord | undefined, flags: JsonFlag): number {
  if (record === undefined) {
    complainLine(`no agent has taken a command ${uid}`);
    return EXIT.failed;
  }
  if (flags.json === true) sayJson(record);
  else say(describe(record));
  return record.state === "succeeded" || record.state === "accepted" || record.state === "sent" ? EXIT.ok : EXIT.failed;
}

function describe(record: LedgerRecord): string {
  const head = `${record.uid} ${record.state}`;
  const attempts = record.attempt > 1 ? ` after ${record.attempt} attempts` : "";
  if (!("endedAt" in record))
    return `${head}${attempts}${record.holder === undefined ? "" : `, with agent ${record.holder} in epoch ${record.epoch}`}`;
  const why = [record.text, record.nativeCode, record.reason].filter((one) => one !== undefined).join("; ");
  const result = record.result === undefined ? "" : `\n${JSON.stringify(record.result)}`;
  return clean(`${head}${attempts}${why === "" ? "" : `: ${why}`}`) + result;
}

function toMs(text: string): number {
  const [, n, unit] = /^(\d{1,9})(ms|s|min|h|d)$/.exec(text) ?? [];
  const factor = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 }[unit ?? ""];
  if (n === undefined || factor === undefined) throw new InvalidArgumentError("a duration such as 30s or 5min");
  return Number(n) * factor;
}

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 10) throw new InvalidArgumentError("a number from 1 to 10");
  return count;
}

function toTarget(text: string): Ref {
  const colon = text.indexOf(":");
  const scheme = REF_SCHEMES.find((one) => one === text.slice(0, colon));
  const value = text.slice(colon + 1);
  if (scheme === undefined || value === "")
    throw new InvalidArgumentError(`one of ${REF_SCHEMES.join(", ")}, a colon, and the reference`);
  return { scheme, value };
}
