import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { OpsFault } from "./ops-fault.ts";
import { groupRequest, handoverRequest, levelRequest } from "./queries.ts";
import type { Outcome } from "../model/agent-status.ts";
import type { OpsSource } from "./source.ts";

/** What changes something. With a token the token decides; without one, only this host may ask. */
export function addActions(
  app: FastifyInstance,
  { source, token }: { readonly source: OpsSource; readonly token: string | undefined },
): void {
  const onRequest = async (request: FastifyRequest): Promise<void> => allow(request, token);
  app.post("/handover", { onRequest }, async (request) => answer(await source.handover(handoverRequest(request.body))));
  app.post("/pause", { onRequest }, async (request) => answer(await source.pause(groupRequest(request.body))));
  app.post("/resume", { onRequest }, async (request) => answer(await source.resume(groupRequest(request.body))));
  app.post("/log-level", { onRequest }, async (request) => {
    const { level } = levelRequest(request.body);
    source.setLogLevel(level);
    return { done: true, message: `the log level is ${level} until the next start` };
  });
}

function answer(outcome: Outcome): Outcome {
  if (outcome.done) return outcome;
  throw new OpsFault(409, "ops.action.refused", outcome.message);
}

function allow(request: FastifyRequest, token: string | undefined): void {
  // A form of another site cannot send JSON or this header without asking first, and nothing here answers such a question.
  if (request.headers.origin !== undefined && !sameOrigin(request)) {
    throw new OpsFault(403, "ops.origin.refused", "requests from pages of other sites are refused");
  }
  if (token === undefined) {
    if (isLoopback(request.socket.remoteAddress)) return;
    throw new OpsFault(
      403,
      "ops.token.missing",
      "this agent has no token, so it is changed from its own host only; set ops.token",
    );
  }
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (given === undefined) throw new OpsFault(401, "ops.token.missing", "send Authorization: Bearer TOKEN (ops.token)");
  if (!timingSafeEqual(digest(given), digest(token))) throw new OpsFault(403, "ops.token.wrong", "the token is wrong");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function sameOrigin(request: FastifyRequest): boolean {
  return request.headers.origin === `http://${request.headers.host}`;
}

export function isLoopback(address: string | undefined): boolean {
  return address === "::1" || (address?.replace(/^::ffff:/, "").startsWith("127.") ?? false);
}
