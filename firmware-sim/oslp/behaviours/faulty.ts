import type { Behaviour } from "../behaviour.ts";

/** Reads every request and says nothing: a hung firmware behind a living TCP stack. */
export function fallsSilent(): Behaviour {
  return { name: "falls-silent", answers: () => ({ kind: "silence" }) };
}

/** Hangs up on every request. */
export function hangsUp(): Behaviour {
  return { name: "hangs-up", answers: () => ({ kind: "hang-up" }) };
}

/** Never opens a conversation: neither registers nor notifies. */
export function neverSpeaks(): Behaviour {
  return { name: "never-speaks", opens: () => "refuse" };
}

/** Flips a bit inside the signature's r of every envelope. */
export function signsBadly(): Behaviour {
  return {
    name: "signs-badly",
    leaves: (_state, envelope) => {
      const bytes = envelope.slice();
      bytes[10] = (bytes[10] ?? 0) ^ 0x01;
      return bytes;
    },
  };
}

/** Sends every envelope of its own twice in one write: a retransmitting modem. */
export function stutters(): Behaviour {
  return {
    name: "stutters",
    leaves: (_state, envelope) => {
      const twice = new Uint8Array(envelope.length * 2);
      twice.set(envelope, 0);
      twice.set(envelope, envelope.length);
      return twice;
    },
  };
}

/** Fills in a length larger than what follows, then waits. */
export function announcesTooMuch(): Behaviour {
  return {
    name: "announces-too-much",
    leaves: (_state, envelope) => {
      const bytes = envelope.slice();
      bytes[142] = 0x40;
      return bytes;
    },
  };
}
