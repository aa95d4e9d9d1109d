import { EXAMPLES } from "../model/examples.ts";
import type { Message, MessageType } from "../model/message.ts";
import type { SpooledEntry } from "./record.ts";

function example(type: MessageType): Message {
  return { ...EXAMPLES[type], epoch: "0000000007", sequence: "0000000000018231" };
}

/** An event, a reading, both with device memory, and device memory alone. */
export const examples: readonly SpooledEntry[] = [
  { device: "dev_3KD", messages: [example("busbar.event.v1")], memory: undefined },
  { device: "dev_7Q2", messages: [example("busbar.reading.v1")], memory: undefined },
  {
    device: "dev_7Q2",
    messages: [example("busbar.reading.v1"), example("busbar.event.v1")],
    memory: { entryId: "00000000000000a7", ceiling: 192 },
  },
  { device: "dev_7Q2", messages: [], memory: { ceiling: 256 }, place: { epoch: 9, order: 3 } },
];
