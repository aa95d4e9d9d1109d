// Generated from sparkplug_b.proto by scripts/generate-proto.mjs
export declare const sparkplug: {
  readonly Payload: {
    /** Own properties are the fields that were there; the prototype carries the defaults of the others. */
    decode(payload: Uint8Array): object;
    /** Fields in ascending order, repeated scalars unpacked, required fields always. */
    encode(message: object): { finish(): Uint8Array };
  };
};
