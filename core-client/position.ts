import type { Message } from "../edge-agent/model/message.ts";

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

/** As it is kept in Redis: `7:18231`. */
export function positionText(position: Position): string {
  return `${position.epoch}:${position.sequence}`;
}

export function readPosition(text: string | null | undefined): Position | undefined {
  const [, epoch, sequence] = /^(\d{1,16}):(\d{1,16})$/.exec(text ?? "") ?? [];
  if (epoch === undefined || sequence === undefined) return undefined;
  return { epoch: Number(epoch), sequence: Number(sequence) };
}
