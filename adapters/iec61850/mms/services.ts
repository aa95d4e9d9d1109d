import type { BitSet } from "./pdu.ts";

/** ISO 9506-2: one number is the tag of a confirmed service and its bit among the supported ones. */
export const SERVICE = {
  status: 0,
  getNameList: 1,
  identify: 2,
  read: 4,
  write: 5,
  getVariableAccessAttributes: 6,
  defineNamedVariableList: 11,
  getNamedVariableListAttributes: 12,
  deleteNamedVariableList: 13,
  obtainFile: 46,
  readJournal: 65,
  writeJournal: 66,
  initializeJournal: 67,
  reportJournalStatus: 68,
  fileOpen: 72,
  fileRead: 73,
  fileClose: 74,
  fileRename: 75,
  fileDelete: 76,
  fileDirectory: 77,
  informationReport: 79,
  conclude: 83,
  cancel: 84,
} as const;

/** What a client of ours asks to be called and to call: `str1 str2 vnam valt vlis` and the services every client names. */
export const CLIENT_PARAMETERS: BitSet = { octets: Uint8Array.of(0xf1, 0x00), length: 11 };
export const CLIENT_SERVICES: BitSet = {
  octets: Uint8Array.of(0xee, 0x1c, 0x00, 0x00, 0x04, 0x08, 0x00, 0x00, 0x79, 0xef, 0x18),
  length: 85,
};

export function supports(services: BitSet, service: keyof typeof SERVICE): boolean {
  const bit = SERVICE[service];
  return bit < services.length && ((services.octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}
