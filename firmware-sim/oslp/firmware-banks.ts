/** Two banks of firmware: one runs, a download goes into the other. */
export interface FirmwareBanks {
  running: string;
  other: string | undefined;
}
