import { StringDecoder } from "node:string_decoder";
import { type Command, InvalidArgumentError } from "commander";
import type { Message } from "../model/message.ts";
import { type ConfigFlag, type JsonFlag, withConfig } from "./config-option.ts";
import type { OpsAgent } from "./ops-client.ts";
import { clean, complainLine, say } from "./output.ts";
import { EXIT } from "./verb.ts";

interface TapFlags extends ConfigFlag, JsonFlag {
  readonly device?: string;
  readonly type?: string;
  readonly protocol?: string;
  readonly count?: number;
}

export function register(program: Command): void {
  withConfig(program.command("tap"))
    .description("messages as they become durable, of whichever agent is active; ends at Ctrl-C")
    .option("--device <uid>", "only of this device")
    .option("--type <type>", "only of this type: reading, event, state, profile, command-result, gateway-event")
    .option("--protocol <name>", "only of this protocol")
    .option("--count <n>", "end after so many messages", toCount)
    .action(async (flags: TapFlags) => {
      process.exitCode = await tap(flags);
    });
}

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("a number from 1");
  return count;
}

const AGAIN_MS = 1_000;

async function tap(flags: TapFlags): Promise<number> {
  const { loadConfig } = await import("./load-config.ts");
  const { opsAgents } = await import("./ops-client.ts");
  const config = loadConfig(flags.config);
  if (config === undefined) return EXIT.failed;
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());
  const show = shower(flags, () => ending.abort());
  const agents = opsAgents(config);
  const first = await Promise.all(agents.map((one) => follow(one, flags, { show, ending, again: false })));
  if (first.every((outcome) => outcome === "unreachable")) return EXIT.unreachable;
  // A takeover, a restart: the tap outlives both.
  await Promise.all(agents.map((one) => keepFollowing(one, flags, { show, ending })));
  return EXIT.ok;
}

type Item = { readonly message: Message } | { readonly dropped: number } | { readonly quiet: true };

function shower(flags: TapFlags, enough: () => void): (item: Item) => void {
  let shown = 0;
  return (item) => {
    if ("quiet" in item || shown === flags.count) return;
    if ("dropped" in item) {
      if (flags.json === true) say(JSON.stringify(item));
      else complainLine(`${item.dropped} messages passed faster than they could be shown`);
      return;
    }
    say(flags.json === true ? JSON.stringify(item.message) : describe(item.message));
    shown += 1;
    if (shown === flags.count) enough();
  };
}

function describe({ time, subject, type, epoch, sequence, data, late }: Message): string {
  const at = `${Number(epoch)}.${Number(sequence)}`;
  const short = type.replace(/^busbar\.|\.v1$/g, "");
  return clean(`${time}  ${subject}  ${short}${late === true ? " (late)" : ""}  ${at}  ${JSON.stringify(data)}`);
}

interface Following {
  readonly show: (item: Item) => void;
  readonly ending: AbortController;
}

async function keepFollowing(agent: OpsAgent, flags: TapFlags, following: Following): Promise<void> {
  const { signal } = following.ending;
  while (!signal.aborted) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, AGAIN_MS);
      signal.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
    });
    if (!signal.aborted) await follow(agent, flags, { ...following, again: true });
  }
}

/** Shows one agent's tap until it ends. Says once why it cannot be opened. */
async function follow(
  agent: OpsAgent,
  flags: TapFlags,
  { show, ending, again }: Following & { readonly again: boolean },
): Promise<"ended" | "unreachable"> {
  const { reasonOf } = await import("./ops-client.ts");
  const query = new URLSearchParams();
  for (const key of ["device", "type", "protocol"] as const) if (flags[key] !== undefined) query.set(key, flags[key]);
  try {
    const response = await fetch(`${agent.url}/tap?${query}`, { signal: ending.signal });
    if (!response.ok) {
      if (!again) complainLine(`agent ${agent.agent}: ${clean(await response.text())}`);
      return "unreachable";
    }
    for await (const line of linesOf(response)) show(JSON.parse(line) as Item);
    return "ended";
  } catch (thrown) {
    if (ending.signal.aborted) return "ended";
    if (!again) complainLine(`agent ${agent.agent} is unreachable: ${agent.url}: ${reasonOf(thrown)}`);
    return "unreachable";
  }
}

const MAX_LINE = 1024 * 1024;

async function* linesOf(response: Response): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE) throw new Error("a line without end");
    yield* lines.filter((line) => line !== "");
  }
}
