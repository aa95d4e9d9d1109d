/** Invoke-Id-And-Priority: one octet that the response repeats. */
export interface InvokeId {
  /** 0 to 15. */
  readonly id: number;
  readonly confirmed: boolean;
  readonly highPriority: boolean;
}

export function invokeIdAndPriority({ id, confirmed, highPriority }: InvokeId): number {
  return (id & 0x0f) | (confirmed ? 0x40 : 0) | (highPriority ? 0x80 : 0);
}

export function readInvokeId(octet: number): InvokeId {
  return { id: octet & 0x0f, confirmed: (octet & 0x40) !== 0, highPriority: (octet & 0x80) !== 0 };
}

/** Long-Invoke-Id-And-Priority: four octets, of ACCESS and DataNotification. */
export interface LongInvokeId extends InvokeId {
  /** The notification describes its own data. */
  readonly selfDescriptive: boolean;
  /** The list of an ACCESS stops at its first error. */
  readonly breakOnError: boolean;
}

export function longInvokeIdAndPriority(invoke: LongInvokeId): number {
  const flags =
    (invoke.selfDescriptive ? 0x10 : 0) |
    (invoke.breakOnError ? 0x20 : 0) |
    (invoke.confirmed ? 0x40 : 0) |
    (invoke.highPriority ? 0x80 : 0);
  return flags * 0x100_0000 + (invoke.id & 0xff_ffff);
}

export function readLongInvokeId(value: number): LongInvokeId {
  const flags = value >>> 24;
  return {
    id: value & 0xff_ffff,
    selfDescriptive: (flags & 0x10) !== 0,
    breakOnError: (flags & 0x20) !== 0,
    confirmed: (flags & 0x40) !== 0,
    highPriority: (flags & 0x80) !== 0,
  };
}
