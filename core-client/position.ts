import { EPOCH_DIGITS, SEQUENCE_DIGITS } from "../edge-agent/model/draft.ts";
import type { Message } from "../edge-agent/model/message.ts";
import { padEpoch, padSequence } from "../edge-agent/model/stamp.ts";

/** A message's place in the order of its device. */
export interface Position {
  readonly epoch: number;
  readonly sequence: number;
}

export function positionOf(message: Pick<Message, "epoch" | "sequence">): Position {
  return { epoch: Number(message.epoch), sequence: Number(message.sequence) };
}

export function comparePositions(a: Position, b: Position): number {
  return a.epoch - b.epoch || a.sequence - b.sequence;
}

/** As it is kept in Redis: `0000000007:0000000000018231`, so that the order of the texts is that of the positions. */
export function positionText(position: Position): string {
  return `${padEpoch(position.epoch)}:${padSequence(position.sequence)}`;
}

export const POSITION_LENGTH: number = EPOCH_DIGITS + 1 + SEQUENCE_DIGITS;

export function readPosition(text: string | null | undefined): Position | undefined {
  const [, epoch, sequence] = /^(\d{1,16}):(\d{1,16})$/.exec(text ?? "") ?? [];
  if (epoch === undefined || sequence === undefined) return undefined;
  return { epoch: Number(epoch), sequence: Number(sequence) };
}
