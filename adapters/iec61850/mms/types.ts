/**
 * The type of a variable (ISO 9506-2 `TypeDescription`). A `size` is a number of bits or characters; negative means at
 * most so many.
 */
export type TypeDescription =
  | { readonly type: "array"; readonly count: number; readonly element: TypeDescription; readonly packed?: boolean }
  | { readonly type: "structure"; readonly components: readonly TypeComponent[]; readonly packed?: boolean }
  | { readonly type: "boolean" }
  | { readonly type: "bit-string"; readonly size: number }
  | { readonly type: "integer"; readonly size: number }
  | { readonly type: "unsigned"; readonly size: number }
  /** `width` and `exponent` in bits: 32 and 8, or 64 and 11. */
  | { readonly type: "float"; readonly width: number; readonly exponent: number }
  | { readonly type: "octet-string"; readonly size: number }
  | { readonly type: "visible-string"; readonly size: number }
  | { readonly type: "mms-string"; readonly size: number }
  /** `days`: the form of six octets. */
  | { readonly type: "binary-time"; readonly days: boolean }
  | { readonly type: "utc-time" }
  | { readonly type: "other"; readonly tag: number; readonly constructed: boolean; readonly content: Uint8Array };

export interface TypeComponent {
  /** `undefined` where the device names none. */
  readonly name: string | undefined;
  readonly type: TypeDescription;
}
