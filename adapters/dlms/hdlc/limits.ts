/** Octets between the flags of one frame: the length field has 11 bits (IEC 62056-46 6.4.1). */
export const FRAME_OCTETS_MAX = 2_047;
/** The shortest frame: format, two addresses of one octet, control, FCS. */
export const FRAME_OCTETS_MIN = 7;
/** Octets of an information field, as negotiated: what may be asked for. */
export const INFORMATION_OCTETS_MAX = 2_030;
export const INFORMATION_OCTETS_MIN = 32;
/** What holds where nothing was negotiated. */
export const INFORMATION_OCTETS_DEFAULT = 128;
export const WINDOW_MAX = 7;
export const WINDOW_DEFAULT = 1;
/** Octets of one APDU reassembled from segments, LLC included; a peer that sends more is refused. */
export const SEGMENTED_OCTETS_MAX = 131_072;
/** Octets that belong to no frame, in a row, before a line that resynchronises is given up. */
export const NOISE_OCTETS_MAX = 16_384;
