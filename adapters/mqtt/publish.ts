/** A PUBLISH as a client or broker of ours received it, whatever the library. */
export interface Publish {
  readonly topic: string;
  /** Valid during the call only. */
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** The device that published it, where the connection proves it; absent behind a broker of others. */
  readonly by: string | undefined;
  /** MQTT 5 user property `id`. */
  readonly id?: string | undefined;
  /** MQTT 5 Correlation Data of an answer. */
  readonly correlation?: string | undefined;
  /** MQTT 5 user property `traceparent`. */
  readonly traceparent?: string | undefined;
}

/** The device a topic speaks of, as the mapping sees it. */
export interface MappedDevice {
  readonly uid: string;
  /** What `{device}` stands for in its topics: its client id. */
  readonly identification: string;
}

/** What the mapping may ask of its surroundings. */
export interface MappingSeams {
  /** Inflates gzip up to so many bytes; throws on anything else. */
  readonly gunzip: (bytes: Uint8Array, maxBytes: number) => Uint8Array;
  /** Tells two payloads without time and id apart: different for every arrival. */
  readonly nonce: () => string;
}
