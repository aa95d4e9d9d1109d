/** AddCause (IEC 61850-7-2, 20.5.2.9), those this device gives. */
export const ADD_CAUSE = {
  none: 0,
  notSupported: 1,
  blockedBySwitchingHierarchy: 2,
  selectFailed: 3,
  positionReached: 5,
  blockedByMode: 8,
  blockedByProcess: 9,
  interlocking: 10,
  synchrocheck: 11,
  commandInExecution: 12,
  abortionByCancel: 15,
  timeLimitOver: 16,
  objectNotSelected: 18,
  objectAlreadySelected: 19,
  inconsistentParameters: 26,
  lockedByOtherClient: 27,
} as const;
export type AddCause = (typeof ADD_CAUSE)[keyof typeof ADD_CAUSE];
