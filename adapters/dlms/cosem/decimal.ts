/**
 * Scaled integers as exact decimal text. `123` with scaler -2 is `1.23`; no binary fraction is in between, and 64-bit
 * values keep every digit.
 */
export function scaledText(raw: bigint | number, scaler: number): string {
  if (typeof raw === "number" && !Number.isInteger(raw)) return String(raw * 10 ** scaler);
  const negative = raw < 0;
  const digits = String(negative ? -BigInt(raw) : BigInt(raw));
  const text = scaler >= 0 ? (digits === "0" ? "0" : digits + "0".repeat(scaler)) : shifted(digits, -scaler);
  return negative && text !== "0" ? `-${text}` : text;
}

/** The same as a number, rounded once to the nearest double. */
export function scaledNumber(raw: bigint | number, scaler: number): number {
  return Number(scaledText(raw, scaler));
}

function shifted(digits: string, places: number): string {
  const padded = digits.padStart(places + 1, "0");
  const whole = padded.slice(0, -places);
  const fraction = padded.slice(-places).replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
