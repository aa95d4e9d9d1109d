import type { Message } from "../edge-agent/model/message.ts";
import type { ReignAge } from "./reign-watch.ts";
import type { Order } from "./resequencer.ts";

/** What a handler is told about a message besides the message. */
export interface Delivery {
  readonly group: string;
  readonly jobId: string;
  /** How often the job was started, this time included: above 1 some of it may have been handled before. */
  readonly start: number;
  readonly order: Order;
  readonly reign: ReignAge;
}

/** Resolves when the effect is durable. Rejecting gives the message back: it comes again, here or at another instance. */
export type MessageHandler = (message: Message, delivery: Delivery) => Promise<void> | void;

/** The whole batch at once; `deliveries[i]` belongs to `messages[i]`. All or nothing. */
export type BatchHandler = (messages: readonly Message[], deliveries: readonly Delivery[]) => Promise<void> | void;

export type Handling =
  | { readonly mode?: "message"; readonly handler: MessageHandler }
  | { readonly mode: "batch"; readonly handler: BatchHandler };
