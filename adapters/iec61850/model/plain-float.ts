/** Digits a single-precision number is said with: six always are enough of a decimal, nine of any of them. */
const FEWEST: number = 6;
const MOST: number = 9;
/** Magnitudes whose digits are counted by a multiplication that rounds nothing: 24 bits times 5^11 have room in 53. */
const EXACT = { from: 1e-3, below: 1e6 } as const;

/** The fewest digits that are the same single-precision number: 50.01, and not what its bits are in double precision. */
export function plainFloat(value: number, width: 32 | 64): number {
  if (width === 64 || value === 0) return value;
  const size = Math.abs(value);
  return size >= EXACT.from && size < EXACT.below && Math.fround(size) === size ? quickly(value, size) : byText(value);
}

/** What `byText` gives, without its texts: both numbers of the division are whole, so that it is rounded once as a text is. */
function quickly(value: number, size: number): number {
  let scale = 10 ** (FEWEST - 1);
  for (let bound = 10; bound <= size; bound *= 10) scale /= 10;
  for (let bound = 1; bound > size; bound /= 10) scale *= 10;
  for (let digits = FEWEST; digits <= MOST; digits++) {
    const short = Math.round(size * scale) / scale;
    if (Math.fround(short) === size || digits === MOST) return value < 0 ? -short : short;
    scale *= 10;
  }
  return value;
}

function byText(value: number): number {
  for (let digits = FEWEST; digits < MOST; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(MOST));
}
