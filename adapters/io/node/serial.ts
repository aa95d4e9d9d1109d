import { EdgeError } from "../../kit/edge-error.ts";
import type { Transport } from "../../kit/ports.ts";

/** How a line is set; as the machines that change it say it. */
export interface SerialLine {
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: "none" | "even";
  readonly stopBits: 1;
}

export interface SerialSettings {
  /** `/dev/ttyUSB0`, or what the system calls it. */
  readonly path: string;
  readonly line: SerialLine;
  /** Another package, or a module already there, for tests. */
  readonly from?: string | SerialModule;
}

/** What is used of the optional `serialport` package. */
export interface SerialModule {
  readonly SerialPort: new (options: { readonly path: string; readonly autoOpen: false } & SerialLine) => SerialStream;
}

/** One port of it: a stream that can be opened, drained and set. */
export interface SerialStream {
  open(done: (error: Error | null) => void): void;
  close(done: (error: Error | null) => void): void;
  write(bytes: Uint8Array, done: (error: Error | null | undefined) => void): boolean;
  drain(done: (error: Error | null) => void): void;
  on(event: "data", take: (chunk: Uint8Array) => void): unknown;
  on(event: "error" | "close", take: (error?: Error | null) => void): unknown;
  removeAllListeners(): unknown;
}

/** Octets that came and were not read: at 115,200 Bd some seconds. Further ones are lost, and the reader is told. */
export const SERIAL_OCTETS_WAITING_MAX = 65_536;

/**
 * A serial port as a transport, over the optional package `serialport`. Rejects with `transport.serial-missing` where that
 * is not installed, with `transport.serial-open` where the port cannot be had.
 */
export async function openSerial(settings: SerialSettings): Promise<SerialTransport> {
  const { from = "serialport" } = settings;
  const module = typeof from === "string" ? await loadPackage(from) : from;
  const transport = new SerialTransport(settings.path, module);
  await transport.set(settings.line);
  return transport;
}

export class SerialTransport implements Transport {
  readonly peer: string;
  readonly #module: SerialModule;
  #port: SerialStream | undefined;
  #line: SerialLine | undefined;
  readonly #waiting: Uint8Array[] = [];
  #octets = 0;
  #reader: { resolve: (result: IteratorResult<Uint8Array>) => void; reject: (fault: Error) => void } | undefined;
  #over = false;
  #fault: EdgeError | undefined;

  constructor(path: string, module: SerialModule) {
    this.peer = path;
    this.#module = module;
  }

  get line(): SerialLine | undefined {
    return this.#line;
  }

  /**
   * Sets the line anew once everything written has left it. The port is closed and opened again: the package can change the
   * rate of an open port, its data bits and parity not.
   */
  async set(line: SerialLine): Promise<void> {
    if (this.#over) throw this.#fault ?? gone(this.peer);
    await this.#shut();
    const port = new this.#module.SerialPort({ path: this.peer, autoOpen: false, ...line });
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error === null ? resolve() : reject(notOpened(this.peer, error))));
    });
    this.#port = port;
    this.#line = line;
    port.on("data", (chunk) => this.#take(new Uint8Array(chunk)));
    port.on("error", (error) => this.#end(failed(this.peer, error)));
    port.on("close", (error) => this.#end(failed(this.peer, error)));
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.#next() };
  }

  /** Resolves when the octets have left the port, not when they are in a buffer: the line may be set anew then. */
  write(bytes: Uint8Array): Promise<void> {
    const port = this.#port;
    if (port === undefined || this.#over) return Promise.reject(this.#fault ?? gone(this.peer));
    return new Promise((resolve, reject) => {
      port.write(bytes, (error) => {
        if (error !== null && error !== undefined) reject(failed(this.peer, error));
        else
          port.drain((drained) =>
            drained === null || drained === undefined ? resolve() : reject(failed(this.peer, drained)),
          );
      });
    });
  }

  async close(): Promise<void> {
    this.#end(undefined);
    await this.#shut();
  }

  destroy(): void {
    void this.close();
  }

  async #shut(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    if (port === undefined) return;
    port.removeAllListeners();
    port.on("error", () => {});
    await new Promise<void>((resolve) => port.close(() => resolve()));
  }

  #take(chunk: Uint8Array): void {
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve({ done: false, value: chunk });
      return;
    }
    if (this.#octets + chunk.length > SERIAL_OCTETS_WAITING_MAX) {
      this.#end(overfull(this.peer));
      return;
    }
    this.#octets += chunk.length;
    this.#waiting.push(chunk);
  }

  #next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#waiting.shift();
    if (chunk !== undefined) {
      this.#octets -= chunk.length;
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  #end(fault: EdgeError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#fault = fault;
    const reader = this.#reader;
    this.#reader = undefined;
    if (fault === undefined) reader?.resolve({ done: true, value: undefined });
    else reader?.reject(fault);
  }
}

/** Named by a variable: the compiler must not want a package that is optional. */
async function loadPackage(name: string): Promise<SerialModule> {
  try {
    return await import(name);
  } catch (thrown) {
    throw new EdgeError({
      code: "transport.serial-missing",
      blame: "operator",
      retry: "never",
      message: `serial ports need the optional package ${name}: npm install ${name}`,
      cause: thrown,
    });
  }
}

function notOpened(path: string, error: Error): EdgeError {
  return new EdgeError({
    code: "transport.serial-open",
    blame: "operator",
    retry: "backoff",
    message: `${path} cannot be opened: ${error.message}; is it there, is it free, may this user use it (group dialout)?`,
    cause: error,
  });
}

function failed(path: string, error: Error | null | undefined): EdgeError {
  return new EdgeError({
    code: "transport.reset",
    blame: "network",
    retry: "backoff",
    message: `${path}: ${error?.message ?? "the port was closed, perhaps its plug was pulled"}`,
    cause: error ?? undefined,
  });
}

function overfull(path: string): EdgeError {
  return new EdgeError({
    code: "transport.overfull",
    blame: "us",
    retry: "backoff",
    message: `${path}: more than ${SERIAL_OCTETS_WAITING_MAX} octets came and nobody read them`,
  });
}

function gone(path: string): EdgeError {
  return new EdgeError({ code: "transport.closed", blame: "us", retry: "backoff", message: `${path} is closed` });
}
