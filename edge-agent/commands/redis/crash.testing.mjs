/**
 * An agent to be killed: takes commands, begins them, and never concludes. Prints `begun <uid>` for each. Runs the built
 * files, so that it is a process of its own on every supported Node.
 * Arguments: URL of Redis, group, epoch.
 */
import { NodeTimers } from "../../../dist/adapters/io/node/clock.js";
import { connectRedis } from "../../../dist/adapters/io/node/redis.js";
import { redisSettingsOf } from "../../../dist/adapters/io/node/redis-settings.js";
import { SeededRandom } from "../../../dist/adapters/kit/random.js";
import { CommandIntake } from "../../../dist/edge-agent/commands/redis/intake.js";
import { intakePorts } from "../../../dist/edge-agent/commands/redis/intake-ports.js";

const [, , url, group, epoch] = process.argv;
const settings = redisSettingsOf(url);
const connection = connectRedis(settings, "effects");
await connection.ready({ timeoutMs: 5_000 });
const timers = new NodeTimers();
const reign = { group, holder: "a", epoch: Number(epoch), mayAct: () => true };
const connectWorker = () => connectRedis(settings, "worker");
const intake = new CommandIntake({
  group,
  reign,
  ports: intakePorts({ group, reign, redis: connection.client, connectWorker, timers }),
  timers,
  random: new SeededRandom(1),
  execute: async (command, attempt) => {
    await attempt.begin();
    process.stdout.write(`begun ${command.uid}\n`);
    return new Promise(() => {});
  },
  publish: async () => {},
  quietMs: 0,
});
await intake.start();
process.stdout.write("started\n");
