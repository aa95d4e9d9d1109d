import type { Dialogue } from "../kit/dialogue.ts";
import { EdgeError } from "../kit/edge-error.ts";
import type { DurationMs } from "../kit/time.ts";
import type { ControlEvent } from "./control/events.ts";
import type { MmsRequest, MmsResponse, RequestOf, ResponseOf, ServiceName } from "./mms/pdu.ts";

/** What a procedure may ask of the association it runs on. */
export type Ask =
  /** All at once: as many as the negotiated number go out without waiting for an answer. */
  | { readonly kind: "services"; readonly requests: readonly MmsRequest[] }
  /** From now on what the device says of this control object (`LD/LN$CO$DO`) is this procedure's. */
  | { readonly kind: "watch"; readonly object: string }
  /** The next thing it says of it; `undefined` where nothing comes in time. */
  | { readonly kind: "control-event"; readonly withinMs: DurationMs }
  | { readonly kind: "pause"; readonly ms: DurationMs }
  /** A file the device may fetch from us while the next request is under way. */
  | { readonly kind: "offer-file"; readonly name: string; readonly content: Uint8Array };

export type Answer =
  /** One for each request, in their order. */
  | { readonly kind: "services"; readonly answers: readonly (MmsResponse | EdgeError)[] }
  | { readonly kind: "control-event"; readonly event: ControlEvent | undefined }
  | { readonly kind: "done" };

/** Several services written straight down; see `dialogue.ts`. It throws EdgeErrors. */
export type Procedure<Result> = Dialogue<Ask, Answer, Result>;

/** One service. Throws what the device refused it with. */
export function* service<S extends ServiceName>(
  request: RequestOf<S> & { readonly service: S },
): Procedure<ResponseOf<S>> {
  const [answer] = yield* services([request]);
  if (answer instanceof EdgeError) throw answer;
  // The association has checked that the answer is of the service that was asked.
  return answer as ResponseOf<S>;
}

/** Several services at once; a refused one is an answer among the others. */
export function* services(requests: readonly MmsRequest[]): Procedure<readonly (MmsResponse | EdgeError)[]> {
  if (requests.length === 0) return [];
  const answer = yield { kind: "services", requests };
  return answer.kind === "services" ? answer.answers : [];
}

export function* watchControl(object: string): Procedure<void> {
  yield { kind: "watch", object };
}

export function* controlEvent(withinMs: DurationMs): Procedure<ControlEvent | undefined> {
  const answer = yield { kind: "control-event", withinMs };
  return answer.kind === "control-event" ? answer.event : undefined;
}

export function* pause(ms: DurationMs): Procedure<void> {
  yield { kind: "pause", ms };
}
