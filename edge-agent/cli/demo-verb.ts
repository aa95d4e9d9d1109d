import { type Command, InvalidArgumentError } from "commander";
import { EXIT } from "./verb.ts";

interface DemoFlags {
  readonly lights: number;
  readonly every: number;
  readonly for?: number;
  readonly killActiveAfter?: number;
  readonly freezeActiveAfter?: number;
  readonly stopRedisAfter?: number;
  readonly redisAway: number;
  readonly stopBrokerAfter?: number;
  readonly brokerAway: number;
  readonly json?: boolean;
  readonly keep?: boolean;
}

export function register(program: Command): void {
  program
    .command("demo")
    .description(
      "a whole gateway on this machine: private Redis, two agents, simulated devices, one core; with faults on request",
    )
    .option("--lights <n>", "simulated street lights", toCount, 20)
    .option("--every <duration>", "how often each light notifies", toMs, 1_000)
    .option("--for <duration>", "end by itself after so long", toMs)
    .option("--kill-active-after <duration>", "SIGKILL to the active agent", toMs)
    .option("--freeze-active-after <duration>", "SIGSTOP to the active agent", toMs)
    .option("--stop-redis-after <duration>", "kill Redis", toMs)
    .option("--redis-away <duration>", "for how long Redis stays away", toMs, 10_000)
    .option("--stop-broker-after <duration>", "stop the control centre's MQTT broker", toMs)
    .option("--broker-away <duration>", "for how long that broker stays away", toMs, 60_000)
    .option("--keep", "keep the directory with logs, configuration and journal")
    .option("--json", "the last line of the output is one JSON object")
    .action(async (flags: DemoFlags) => {
      process.exitCode = await demo(flags);
    });
}

async function demo(flags: DemoFlags): Promise<number> {
  const { Demo, DemoFault } = await import("./demo/demo.ts");
  const live = process.stdout.isTTY === true && flags.json !== true;
  const running = new Demo({
    lights: flags.lights,
    notifyEveryMs: flags.every,
    commandEveryMs: 1_000,
    forMs: flags.for,
    killActiveAfterMs: flags.killActiveAfter,
    freezeActiveAfterMs: flags.freezeActiveAfter,
    stopRedisAfterMs: flags.stopRedisAfter,
    redisAwayMs: flags.redisAway,
    stopBrokerAfterMs: flags.stopBrokerAfter,
    brokerAwayMs: flags.brokerAway,
    keep: flags.keep === true,
    show: (line) =>
      process.stdout.write(
        live && line.startsWith("active ") ? `\r\x1b[K${line}` : `${live ? "\r\x1b[K" : ""}${line}\n`,
      ),
  });
  process.once("SIGINT", () => running.interrupt());
  const result = await running.run().catch((thrown: unknown) => {
    if (!(thrown instanceof DemoFault)) throw thrown;
    process.stderr.write(`busbar: ${thrown.message}\n`);
    return undefined;
  });
  if (result === undefined) return EXIT.failed;
  const verdict = result.promisesKept
    ? "every acknowledged event reached the core once and in order"
    : "a promise broke: see lost, duplicates, outOfOrder and the commands";
  process.stdout.write(`${live ? "\n" : ""}${describe(result)}\n${verdict}\n`);
  if (flags.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
  return result.promisesKept ? EXIT.ok : EXIT.failed;
}

type Result = Awaited<ReturnType<InstanceType<typeof import("./demo/demo.ts").Demo>["run"]>>;

function describe(result: Result): string {
  const commands = Object.entries(result.commands.byState).map(([state, count]) => `${count} ${state}`);
  return [
    `acknowledged to devices  ${result.sent}`,
    `in the queue             ${result.committed}`,
    `in the core's journal    ${result.received}`,
    `lost                     ${result.lost}`,
    `applied twice            ${result.duplicates}`,
    `out of order             ${result.outOfOrder}`,
    `commands                 ${commands.join(", ") || "none"}`,
    ...result.parts.map(([label, value]) => `${label.padEnd(25)}${value}`),
    ...result.buffered.map(
      (one) => `spooled                  ${one.messages} messages in ${one.ms} ms without the queue`,
    ),
    ...result.takeovers.map((one) => `takeover                 ${one.reason}: ${one.ms} ms without an acknowledgement`),
  ].join("\n");
}

function toMs(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)$/.exec(text) ?? [];
  const factor = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 }[unit ?? ""];
  if (number === undefined || factor === undefined)
    throw new InvalidArgumentError("a duration such as 40s, 500ms or 5min");
  return Number(number) * factor;
}

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1_000) throw new InvalidArgumentError("a number from 1 to 1000");
  return count;
}
