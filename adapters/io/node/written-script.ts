import { createHash } from "node:crypto";
import { Command } from "ioredis";
import { redisErrorPrefix } from "./redis-fault.ts";
import type { RedisClient } from "./redis.ts";

/** Bytes a call has room for at first; a larger one gets twice that, and again. */
const FIRST_BYTES = 64 * 1_024;
/** A buffer that grew beyond it is not kept for the next call. */
const KEPT_BYTES = 4 * 1_048_576;
/** `$`, a length and two line ends, at most. */
const FRAME_BYTES = 24;
/** Characters of a text that is written octet by octet. */
const SHORT = 48;

/**
 * A Lua script whose calls have a thousand arguments: they are written into one buffer as they are told, which is kept for
 * the next call. ioredis makes a text and a buffer of each argument and then one of all.
 */
export class WrittenScript {
  readonly #client: RedisClient;
  readonly #lua: string;
  readonly #sha1: string;
  readonly #keys: readonly string[];
  #spare: Buffer | undefined;
  #isLoaded = false;

  constructor(client: RedisClient, lua: string, keys: readonly string[]) {
    this.#client = client;
    this.#lua = lua;
    this.#sha1 = createHash("sha1").update(lua).digest("hex");
    this.#keys = keys;
  }

  /**
   * @param count arguments that `tell` tells, the keys aside; it is called again where Redis does not know the script
   *
   * Rejects as ioredis does.
   */
  async run(count: number, tell: (args: ArgumentWriter) => void): Promise<unknown> {
    if (this.#isLoaded) {
      try {
        return await this.#call("evalsha", this.#sha1, count, tell);
      } catch (thrown) {
        if (redisErrorPrefix(thrown) !== "NOSCRIPT") throw thrown;
      }
    }
    const reply = await this.#call("eval", this.#lua, count, tell);
    this.#isLoaded = true;
    return reply;
  }

  async #call(name: string, script: string, count: number, tell: (args: ArgumentWriter) => void): Promise<unknown> {
    const writer = new ArgumentWriter(this.#spare ?? Buffer.allocUnsafeSlow(FIRST_BYTES));
    this.#spare = undefined;
    writer.head(3 + this.#keys.length + count);
    for (const text of [name, script, String(this.#keys.length), ...this.#keys]) writer.text(text);
    tell(writer);
    const command = new Written(name, [script, String(this.#keys.length), ...this.#keys], writer.bytes);
    try {
      const reply: unknown = await this.#client.sendCommand(command);
      // Answered, so it has left: until then the bytes may still be on their way.
      this.#keep(writer.buffer);
      return reply;
    } catch (thrown) {
      if (redisErrorPrefix(thrown) !== undefined) this.#keep(writer.buffer);
      throw thrown;
    }
  }

  #keep(buffer: Buffer): void {
    if (buffer.length <= KEPT_BYTES) this.#spare = buffer;
  }
}

/** What ioredis needs to know of a command to choose a node for it; its bytes are there already. */
class Written extends Command {
  readonly #bytes: Buffer;

  constructor(name: string, args: string[], bytes: Buffer) {
    super(name, args, { replyEncoding: "utf8" });
    this.#bytes = bytes;
  }

  override toWritable(): Buffer {
    return this.#bytes;
  }
}

/** Arguments of one call, one behind the other (RESP). */
export class ArgumentWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get buffer(): Buffer {
    return this.#buffer;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** @param count of the arguments that follow, the command's name included */
  head(count: number): void {
    this.#frame(ARRAY, count);
  }

  text(text: string): void {
    if (text.length <= SHORT && this.#ascii(text)) return;
    const bytes = Buffer.byteLength(text);
    this.#frame(BULK, bytes);
    this.#reserve(bytes);
    this.#length += this.#buffer.write(text, this.#length);
    this.#end();
  }

  /** One argument of three texts, of which the outer ones are ASCII. */
  framed(before: string, text: string, behind: string): void {
    const bytes = Buffer.byteLength(text);
    this.#frame(BULK, before.length + bytes + behind.length);
    this.#reserve(before.length + bytes + behind.length);
    this.#length += this.#buffer.write(before, this.#length, "latin1");
    this.#length += this.#buffer.write(text, this.#length);
    this.#length += this.#buffer.write(behind, this.#length, "latin1");
    this.#end();
  }

  blob(blob: Uint8Array): void {
    this.#frame(BULK, blob.length);
    this.#reserve(blob.length);
    this.#buffer.set(blob, this.#length);
    this.#length += blob.length;
    this.#end();
  }

  /** Octet by octet, which for a short text takes less than the call that writes one. Nothing is written where it is not ASCII. */
  #ascii(text: string): boolean {
    const before = this.#length;
    this.#frame(BULK, text.length);
    this.#reserve(text.length);
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 127) {
        this.#length = before;
        return false;
      }
      this.#buffer[this.#length++] = code;
    }
    this.#end();
    return true;
  }

  #frame(kind: number, count: number): void {
    this.#reserve(FRAME_BYTES);
    this.#buffer[this.#length++] = kind;
    let unit = 1;
    while (unit * 10 <= count) unit *= 10;
    for (; unit >= 1; unit /= 10) this.#buffer[this.#length++] = ZERO + (Math.floor(count / unit) % 10);
    this.#end();
  }

  #end(): void {
    this.#buffer[this.#length++] = CR;
    this.#buffer[this.#length++] = LF;
  }

  #reserve(more: number): void {
    if (this.#length + more + FRAME_BYTES <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.length, this.#length + more + FRAME_BYTES));
    larger.set(this.bytes);
    this.#buffer = larger;
  }
}

const ARRAY = 0x2a;
const BULK = 0x24;
const ZERO = 0x30;
const CR = 0x0d;
const LF = 0x0a;
