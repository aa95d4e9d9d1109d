import { stepDown } from "./reigns.ts";
import type { Turn } from "./turn.ts";
import type { LeaseRequest } from "./words.ts";

/** What an operator, or the agent's own shutdown, asks for. The answer is an outcome of the same step. */
export function takeRequest(turn: Turn, request: LeaseRequest): void {
  const message = attempt(turn, request);
  const { kind } = request;
  turn.tell(
    message === undefined
      ? { kind: "request-taken", request: kind }
      : { kind: "request-refused", request: kind, message },
  );
}

/** Does it, or says why not. */
function attempt(turn: Turn, request: LeaseRequest): string | undefined {
  const { state } = turn;
  switch (request.kind) {
    case "pause":
      turn.because("pause");
      state.paused = true;
      return undefined;
    case "resume":
      state.paused = false;
      turn.lookNow();
      return undefined;
    case "replace-config":
      if (state.reign !== undefined) return `${turn.me} holds ${turn.identity.group} itself`;
      turn.because("config");
      state.replaceConfig = true;
      turn.lookNow();
      return undefined;
    case "step-down":
      if (state.reign === undefined) return `${turn.me} does not hold ${turn.identity.group}`;
      if (state.reign.stepping !== undefined) return "it is stepping down already";
      stepDown(turn, "requested");
      return undefined;
    case "handover":
      return handOver(turn, request.to);
  }
}

function handOver(turn: Turn, to: string): string | undefined {
  const { state, identity } = turn;
  const { reign } = state;
  if (reign === undefined) return `${turn.me} does not hold ${identity.group}`;
  if (reign.stepping !== undefined) return "it is stepping down already";
  if (!turn.isMember(to)) return `${to} is not another member of ${identity.group}`;
  const peer = state.peers[to];
  if (peer?.contact !== "up") return `${to} is not heard on the pair link`;
  if (peer.beat?.role !== "standby") return `${to} is not standby`;
  if (peer.beat.configHash !== identity.configHash) {
    return `${to} runs configuration ${peer.beat.configHash}, ours is ${identity.configHash}`;
  }
  if (!peer.beat.able) return `${to} is paused or blocked`;
  turn.because("handover");
  stepDown(turn, "handover", to);
  return undefined;
}
