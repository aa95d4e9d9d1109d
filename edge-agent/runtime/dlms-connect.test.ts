import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { HdlcClientLink } from "../../adapters/dlms/hdlc/client-link.ts";
import { clientAddress, serverAddress } from "../../adapters/dlms/hdlc/address.ts";
import { GENEROUS_PROPOSAL } from "../../adapters/dlms/hdlc/link-settings.ts";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import type { SerialLine, SerialModule, SerialStream } from "../../adapters/io/node/serial.ts";
import { connectMeter, lineOf, type MeterPlace, placeText } from "./dlms-connect.ts";
import { MeterBench } from "./dlms-service.testing.ts";

const timers = new NodeTimers();
let bench: MeterBench | undefined;
afterEach(async () => {
  await bench?.stop();
  bench = undefined;
});

/**
 * A line with one meter on it: it says who it is at 300 Bd, confirms at the rate that was chosen, and is a simulated HDLC
 * meter once the line is binary.
 */
class Wire {
  readonly lines: SerialLine[] = [];
  readonly module: SerialModule;
  openPorts = 0;
  #chosen: string | undefined;
  readonly #identification: string;

  constructor(port: number, identification: string) {
    this.#identification = identification;
    const wire = this;
    this.module = {
      SerialPort: class implements SerialStream {
        readonly #line: SerialLine;
        #socket: Socket | undefined;
        #take: (chunk: Uint8Array) => void = () => {};
        #heard = "";

        constructor({ baudRate, dataBits, parity, stopBits }: SerialLine) {
          this.#line = { baudRate, dataBits, parity, stopBits };
        }

        open(done: (error: Error | null) => void): void {
          wire.lines.push(this.#line);
          wire.openPorts += 1;
          if (this.#line.dataBits === 8 && wire.#chosen !== undefined) {
            this.#socket = connect(port, "127.0.0.1", () => done(null));
            this.#socket.on("error", () => {}).on("data", (chunk) => this.#take(chunk));
            return;
          }
          done(null);
          if (wire.#chosen !== undefined) this.#say(wire.#chosen);
        }

        write(bytes: Uint8Array, done: (error: null) => void): boolean {
          this.#socket?.write(bytes);
          this.#heard += String.fromCharCode(...bytes);
          if (this.#heard === "/?17!\r\n") this.#say(wire.#identification);
          if (this.#heard.startsWith("/?17!\r\n\u0006")) wire.#chosen = this.#heard.slice(7);
          done(null);
          return true;
        }

        #say(text: string): void {
          setImmediate(() => this.#take(Uint8Array.from(text, (one) => one.charCodeAt(0))));
        }

        on(event: string, take: (chunk: never) => void): void {
          if (event === "data") this.#take = take as (chunk: Uint8Array) => void;
        }

        drain(done: (error: null) => void): void {
          done(null);
        }

        close(done: (error: null) => void): void {
          wire.openPorts -= 1;
          this.#socket?.destroy();
          done(null);
        }

        removeAllListeners(): void {
          this.#take = () => {};
        }
      },
    };
  }
}

const LINE: MeterPlace = { kind: "serial", path: "/dev/ttyS1", baudRate: 9_600, modeE: { deviceAddress: "17" } };

describe("the way to a meter", () => {
  it("has a name people know", () => {
    const [host, port] = ["10.0.0.1", 4_059];
    const places: MeterPlace[] = [{ kind: "tcp", host, port }, { kind: "udp", host, port }, LINE];
    expect(places.map(placeText)).toEqual(["10.0.0.1:4059", "udp 10.0.0.1:4059", "/dev/ttyS1"]);
    expect(places.map(lineOf)).toEqual([undefined, undefined, "line /dev/ttyS1"]);
  });

  it("over a serial line begins with mode E, and is HDLC then", async () => {
    bench = await MeterBench.start({ plan: { carrier: "hdlc" }, device: "hdlc: { physical: 17 }" });
    const wire = new Wire(bench.fleet.ports[0] ?? 0, "/BUS5\\2SIM\r\n");
    const transport = await connectMeter(LINE, { timeoutMs: 2_000, timers, from: wire.module });
    expect(wire.lines.map(({ baudRate, dataBits }) => `${baudRate} ${dataBits}`)).toEqual([
      "9600 8",
      "300 7",
      "9600 7",
      "9600 8",
    ]);
    const link = new HdlcClientLink({
      client: clientAddress(16),
      server: serverAddress(1, 17, 2),
      proposal: GENEROUS_PROPOSAL,
    });
    for (const octets of link.open(timers.now()).send) await transport.write(octets);
    for await (const chunk of transport) if (link.receive(chunk, timers.now()).state === "open") break;
    await transport.close();
    expect(wire.openPorts).toBe(0);
  });

  it("to a meter without HDLC is refused, and the port is free again", async () => {
    const wire = new Wire(1, "/BUS5METER\r\n");
    const opening = connectMeter(LINE, { timeoutMs: 2_000, timers, from: wire.module });
    await expect(opening).rejects.toMatchObject({ code: "hdlc.mode-e.refused", retry: "never" });
    expect(wire.openPorts).toBe(0);
  });
});
