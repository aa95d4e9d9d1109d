const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The 12 bytes of a device id as the 16 characters of Base64 under which platforms keep it. */
export function deviceIdText(deviceId: Uint8Array): string {
  let text = "";
  for (let at = 0; at + 2 < deviceId.length; at += 3) {
    const group = ((deviceId[at] ?? 0) << 16) | ((deviceId[at + 1] ?? 0) << 8) | (deviceId[at + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6) text += DIGITS[(group >> shift) & 0x3f] ?? "";
  }
  return text;
}

/** The way back; `undefined` for anything but 16 Base64 digits. */
export function deviceIdBytes(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]{16}$/.test(text)) return undefined;
  const bytes = new Uint8Array(12);
  for (let group = 0; group < 4; group++) {
    let bits = 0;
    for (let at = 0; at < 4; at++) bits = (bits << 6) | DIGITS.indexOf(text[4 * group + at] ?? "A");
    bytes.set([bits >> 16, (bits >> 8) & 0xff, bits & 0xff], 3 * group);
  }
  return bytes;
}
