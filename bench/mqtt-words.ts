import type { CpuReading, Word } from "./part-process.ts";

/** What may be asked of the process clients publish from. */
export interface MqttLoadWords {
  /** Connects clients `d0` … and keeps messages on their way; resolves with what the middle part measured. */
  readonly run: { readonly ask: MqttRun; readonly answer: MqttFigures };
  /** Opens connections that say nothing; resolves when they are all let in. */
  readonly idle: {
    readonly ask: { readonly port: number; readonly clients: number };
    readonly answer: { readonly connected: number };
  };
}

export interface MqttServerWords {
  /** Resolves with the port when it takes clients. */
  readonly open: Word & { readonly answer: { readonly port: number } };
  readonly cpu: { readonly ask: object; readonly answer: CpuReading };
  readonly rss: Word & { readonly answer: { readonly megabytes: number } };
}

export interface MqttRun {
  readonly port: number;
  readonly clients: number;
  /** Messages of one client without their PUBACK. */
  readonly window: number;
  readonly seconds: number;
  readonly warmUp: number;
  /** A broker further on where the messages are counted instead of at their PUBACK. */
  readonly countAt?: number | undefined;
}

export interface MqttFigures {
  readonly messagesPerSecond: number;
  /** From publish to PUBACK, ms. */
  readonly ackMs: { readonly p50: number; readonly p99: number };
}
