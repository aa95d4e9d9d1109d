import { randomUUID } from "node:crypto";
import { createIORedisClient, type IRedisClient } from "bullmq";
import type { RedisClient } from "../adapters/io/node/redis.ts";
import { groupTag } from "../edge-agent/model/reign.ts";
import { POSITION_LENGTH, type Position, positionText, readPosition } from "./position.ts";

/**
 * How far each device was handled, shared by the cores of a group: a core that misses a message looks here whether another
 * one has handled it. It never goes back. It only restores order: that nothing is applied twice is the inbox's matter.
 *
 * ARGV: who tells, and all devices and places as one text: one argument costs a core and its connection far less than
 * two hundred. Where nobody was further, which is nearly always, it is told as it came.
 */
const ADVANCE = `
local devices, pairs = {}, {}
for device, place in string.gmatch(ARGV[2], '([^ ,]+) ([^ ,]+)') do
  devices[#devices + 1] = device
  pairs[#pairs + 1] = device
  pairs[#pairs + 1] = place
end
local olds = redis.call('HMGET', KEYS[1], unpack(devices))
local allForward = true
for i, old in ipairs(olds) do
  if old and (#old ~= ${POSITION_LENGTH} or old >= pairs[2 * i]) then allForward = false end
end
if allForward then
  redis.call('HSET', KEYS[1], unpack(pairs))
  redis.call('PUBLISH', KEYS[1], ARGV[1] .. ' ' .. ARGV[2])
  return #devices
end
local advances = {}
local advanced = {}
for i, device in ipairs(devices) do
  local place = pairs[2 * i]
  local forward = true
  if olds[i] then
    local oldEpoch, oldSequence = string.match(olds[i], '^(%d+):(%d+)$')
    local epoch, sequence = string.match(place, '^(%d+):(%d+)$')
    if oldEpoch then
      forward = tonumber(epoch) > tonumber(oldEpoch)
        or (tonumber(epoch) == tonumber(oldEpoch) and tonumber(sequence) > tonumber(oldSequence))
    end
  end
  if forward then
    advances[#advances + 1] = device
    advances[#advances + 1] = place
    advanced[#advanced + 1] = device .. ' ' .. place
  end
end
if #advanced > 0 then
  redis.call('HSET', KEYS[1], unpack(advances))
  redis.call('PUBLISH', KEYS[1], ARGV[1] .. ' ' .. table.concat(advanced, ','))
end
return #advanced
`;
const COMMAND = "busbar:advance";

export function progressKey(group: string): string {
  return `${groupTag(group)}:progress`;
}

export class ProgressBoard {
  readonly #redis: RedisClient;
  readonly #scripts: IRedisClient;
  readonly #key: string;
  /** What we tell begins with it: we need not hear it from Redis. */
  readonly #name: string = randomUUID();

  constructor(redis: RedisClient, group: string) {
    this.#redis = redis;
    this.#key = progressKey(group);
    this.#scripts = createIORedisClient(redis);
    this.#scripts.defineCommand(COMMAND, { numberOfKeys: 1, lua: ADVANCE });
  }

  /**
   * Tells of every advance of any other core, on a connection of its own. Lost while disconnected: it makes turns quick,
   * `fetch` makes them sure.
   */
  watch(subscriber: RedisClient, heard: (device: string, position: Position) => void): void {
    subscriber.on("message", (_channel: string, text: string) => {
      if (text.startsWith(this.#name)) return;
      for (const pair of text.slice(text.indexOf(" ") + 1).split(",")) {
        const [device = "", place] = pair.split(" ");
        const position = readPosition(place);
        if (position !== undefined) heard(device, position);
      }
    });
    subscriber.subscribe(this.#key).catch(() => undefined);
  }

  async fetch(devices: readonly string[]): Promise<ReadonlyMap<string, Position>> {
    const found = new Map<string, Position>();
    if (devices.length === 0) return found;
    const texts = await this.#redis.hmget(this.#key, ...devices);
    for (const [at, device] of devices.entries()) {
      const position = readPosition(texts[at]);
      if (position !== undefined) found.set(device, position);
    }
    return found;
  }

  async advance(positions: ReadonlyMap<string, Position>): Promise<void> {
    if (positions.size === 0) return;
    const told: string[] = [];
    for (const [device, position] of positions) told.push(`${device} ${positionText(position)}`);
    await this.#scripts.runCommand(COMMAND, [this.#key, this.#name, told.join(",")]);
  }
}
