import type { RedisClient } from "../adapters/io/node/redis.ts";
import { groupTag } from "../edge-agent/model/reign.ts";
import { type Position, positionText, readPosition } from "./position.ts";

/**
 * How far each device was handled, shared by the cores of a group: a core that misses a message looks here whether another
 * one has handled it. It never goes back. It only restores order: that nothing is applied twice is the inbox's matter.
 */
const ADVANCE = `
local devices = {}
for i = 1, #ARGV, 2 do devices[#devices + 1] = ARGV[i] end
local olds = redis.call('HMGET', KEYS[1], unpack(devices))
local advances = {}
local advanced = {}
for i, device in ipairs(devices) do
  local place = ARGV[2 * i]
  local old = olds[i]
  local forward = true
  if old then
    local oldEpoch, oldSequence = string.match(old, '^(%d+):(%d+)$')
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
  redis.call('PUBLISH', KEYS[1], table.concat(advanced, ','))
end
return #advanced
`;

export function progressKey(group: string): string {
  return `${groupTag(group)}:progress`;
}

export class ProgressBoard {
  readonly #redis: RedisClient;
  readonly #key: string;

  constructor(redis: RedisClient, group: string) {
    this.#redis = redis;
    this.#key = progressKey(group);
  }

  /**
   * Tells of every advance of any core, on a connection of its own. Lost while disconnected: it makes turns quick, `fetch`
   * makes them sure.
   */
  watch(subscriber: RedisClient, heard: (device: string, position: Position) => void): void {
    subscriber.on("message", (_channel: string, text: string) => {
      for (const pair of text.split(",")) {
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
    const args: string[] = [];
    for (const [device, position] of positions) args.push(device, positionText(position));
    await this.#redis.eval(ADVANCE, 1, this.#key, ...args);
  }
}
