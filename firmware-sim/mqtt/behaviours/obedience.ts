import type { DurationMs } from "../../../adapters/kit/time.ts";
import type { Behaviour, Reply } from "../behaviour.ts";

/** Odd and faulty ways to take a command. */

function answering(name: string, reply: (count: number) => Reply | undefined): Behaviour {
  let count = 0;
  return {
    name,
    answers: () => {
      count += 1;
      return reply(count);
    },
  };
}

/** Refuses every so many commands. */
export function refusesCommands(every: number): Behaviour {
  return answering("refuses-commands", (count) =>
    count % every === 0 ? { kind: "refuse", reason: "the device does not want to" } : undefined,
  );
}

/** Does what it is told and says nothing. */
export function fallsSilent(): Behaviour {
  return answering("falls-silent", () => ({ kind: "silence" }));
}

export function answersSlowly(afterMs: DurationMs): Behaviour {
  return answering("answers-slowly", () => ({ kind: "answer", afterMs }));
}

export function answersTwice(): Behaviour {
  return answering("answers-twice", () => ({ kind: "answer", times: 2 }));
}

/** Answers a command nobody gave. */
export function answersAnother(): Behaviour {
  return answering("answers-another", (count) => ({ kind: "answer", id: `never-given-${count}` }));
}

/** Does what it is told and loses power before it can say so, every so many times. */
export function diesInCommands(every: number): Behaviour {
  let count = 0;
  return {
    name: "dies-in-commands",
    answers: (_command, body) => {
      count += 1;
      if (count % every !== 0) return undefined;
      body.die();
      return { kind: "silence" };
    },
  };
}
