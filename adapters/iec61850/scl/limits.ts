/** What an SCL file may be, and what may become of it. Each is refused at the limit with `iec61850.scl.too-large` or `.too-deep`. */
export interface SclLimits {
  /** Octets of the file. A whole substation with Private sections is some ten megabytes. */
  readonly bytes: number;
  /** Levels of elements. The schema needs about 15. */
  readonly depth: number;
  /** Elements, those that are skipped counted too. */
  readonly elements: number;
  /** Attributes of one element. */
  readonly attributes: number;
  /** Characters of the text inside one element that is kept. */
  readonly text: number;
  /** Data attributes one IED may unfold to: types refer to types, so a small file can describe a huge model. */
  readonly unfolded: number;
  /** Levels of types inside types. */
  readonly typeDepth: number;
}

export const SCL_LIMITS: SclLimits = {
  bytes: 128 * 1_024 * 1_024,
  depth: 64,
  elements: 4_000_000,
  attributes: 64,
  text: 65_536,
  unfolded: 250_000,
  typeDepth: 16,
};
