import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SerialPortMock } from "serialport";
import { NodeTimers } from "./clock.ts";
import { handOver, type HandoverStep, type LineHandover } from "./line-handover.ts";
import { openSerial, SERIAL_OCTETS_WAITING_MAX, type SerialLine, SerialTransport } from "./serial.ts";

const LINE: SerialLine = { baudRate: 9_600, dataBits: 8, parity: "none", stopBits: 1 };
const MOCK = { SerialPort: SerialPortMock };

async function collect(transport: AsyncIterable<Uint8Array>, octets: number): Promise<string> {
  const bytes: number[] = [];
  for await (const chunk of transport) {
    bytes.push(...chunk);
    if (bytes.length >= octets) break;
  }
  return String.fromCharCode(...bytes);
}

const text = (line: string): Uint8Array => Uint8Array.from(line, (one) => one.charCodeAt(0));

describe("a serial port", () => {
  beforeEach(() => {
    SerialPortMock.binding.reset();
    SerialPortMock.binding.createPort("/dev/mock", { echo: true });
  });

  it("writes, reads, and can be set anew while it is used", async () => {
    const port = await openSerial({ path: "/dev/mock", line: LINE, from: MOCK });
    await port.write(text("abc"));
    expect(await collect(port, 3)).toBe("abc");
    await port.set({ ...LINE, baudRate: 300, dataBits: 7, parity: "even" });
    expect(port.line).toMatchObject({ baudRate: 300, dataBits: 7 });
    await port.write(text("defg"));
    expect(await collect(port, 4)).toBe("defg");
    await port.close();
    await expect(port.write(text("x"))).rejects.toMatchObject({ code: "transport.closed" });
    for await (const _chunk of port) throw new Error("a closed port gives nothing");
  });

  it("says that the optional package is missing, and how to have it", async () => {
    const opening = openSerial({ path: "/dev/mock", line: LINE, from: "serialport-that-is-not-there" });
    await expect(opening).rejects.toMatchObject({ code: "transport.serial-missing", retry: "never" });
    await expect(opening).rejects.toThrow(/npm install/);
  });

  it("says that there is no such port", async () => {
    const opening = openSerial({ path: "/dev/nowhere", line: LINE, from: MOCK });
    await expect(opening).rejects.toMatchObject({ code: "transport.serial-open", blame: "operator" });
  });

  it("ends where nobody reads, at a limit", async () => {
    const port = new SerialTransport("/dev/mock", MOCK);
    await port.set(LINE);
    await port.write(new Uint8Array(SERIAL_OCTETS_WAITING_MAX));
    await port.write(new Uint8Array(2_000));
    await expect
      .poll(() =>
        port.write(text("x")).then(
          () => "open",
          (fault: { code: string }) => fault.code,
        ),
      )
      .toBe("transport.overfull");
    await port.close();
  });
});

/** A pseudo terminal with a meter of IEC 62056-21 on its other end: it identifies itself, confirms, and echoes from then on. */
const PTY = `
import os, pty, sys, tty
master, slave = pty.openpty()
tty.setraw(master); tty.setraw(slave)
print(os.ttyname(slave), flush=True)
line = b""
while not line.endswith(b"/?!\\r\\n"): line += os.read(master, 100)
os.write(master, b"/ISk5\\\\2ME372\\r\\n")
line = b""
while not line.endswith(b"\\r\\n"): line += os.read(master, 100)
os.write(master, line)
while True: os.write(master, os.read(master, 100))
`;

describe.skipIf(spawnSync("python3", ["-c", "import pty"]).status !== 0)("a serial port on a pseudo terminal", () => {
  let meter: ChildProcess | undefined;
  afterEach(() => {
    meter?.kill();
  });

  it("is handed over from one line to the next, and carries octets then", async () => {
    meter = spawn("python3", ["-c", PTY], { stdio: ["ignore", "pipe", "inherit"] });
    const path = await new Promise<string>((resolve) =>
      meter?.stdout?.once("data", (name: Buffer) => resolve(name.toString().trim())),
    );
    const port = await openSerial({ path, line: LINE });
    const lines: (number | undefined)[] = [];
    expect(await handOver(watched(new Handshake(), port, lines), port, new NodeTimers())).toBe("/ISk5\\2ME372");
    await port.write(text("hello"));
    expect(await collect(port, 5)).toBe("hello");
    expect([lines, port.line?.baudRate]).toEqual([[9_600, 9_600, 9_600], 19_200]);
    await port.close();
  });
});

/** What mode E does, in short: asked at one rate, answered, confirmed, over at another. The rates are those a pty takes. */
class Handshake implements LineHandover<string> {
  #text = "";
  #identification: string | undefined;

  open(): HandoverStep<string> {
    return { ...NOTHING, lineBefore: LINE, send: [text("/?!\r\n")] };
  }

  receive(chunk: Uint8Array): HandoverStep<string> {
    this.#text += String.fromCharCode(...chunk);
    if (!this.#text.endsWith("\n")) return NOTHING;
    const line = this.#text.trim();
    this.#text = "";
    if (this.#identification !== undefined)
      return { ...NOTHING, line: { ...LINE, baudRate: 19_200 }, done: this.#identification };
    this.#identification = line;
    return { ...NOTHING, send: [text("\u0006252\r\n")] };
  }

  wake(): HandoverStep<string> {
    return NOTHING;
  }
}

const NOTHING: HandoverStep<string> = {
  lineBefore: undefined,
  send: [],
  line: undefined,
  wakeAt: undefined,
  done: undefined,
  fault: undefined,
};

function watched(
  machine: LineHandover<string>,
  port: SerialTransport,
  lines: (number | undefined)[],
): LineHandover<string> {
  return {
    open: (now) => {
      lines.push(port.line?.baudRate);
      return machine.open(now);
    },
    receive: (chunk, now) => {
      const step = machine.receive(chunk, now);
      if (step.send.length > 0 || step.done !== undefined) lines.push(port.line?.baudRate);
      return step;
    },
    wake: (now) => machine.wake(now),
  };
}
