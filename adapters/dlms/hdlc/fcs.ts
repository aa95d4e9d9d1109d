/** CRC-16/X-25 of ISO/IEC 13239: reflected polynomial 8408, FFFF before and after; both HCS and FCS. */
const TABLE = Uint16Array.from({ length: 256 }, (_, octet) => {
  let value = octet;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 0 ? value >>> 1 : (value >>> 1) ^ 0x8408;
  return value;
});

/** The check sequence of `bytes[start..end)`; on the line its low octet comes first. */
export function checkSequence(bytes: Uint8Array, start: number = 0, end: number = bytes.length): number {
  let crc = 0xffff;
  for (let at = start; at < end; at++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return crc ^ 0xffff;
}

/** Whether the two octets at `at` are the check sequence of what stands before them since `start`. */
export function isChecked(bytes: Uint8Array, start: number, at: number): boolean {
  const sequence = checkSequence(bytes, start, at);
  return bytes[at] === (sequence & 0xff) && bytes[at + 1] === sequence >>> 8;
}
