import type { Address, Config } from "../config/config.ts";
import { AGENT_HEADER } from "../ops/agent-header.ts";

const ANSWER_TIMEOUT_MS = 3_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** One agent of the configuration and the address its ops answers at. */
export interface OpsAgent {
  readonly agent: string;
  readonly url: string;
}

export type Answer<T> =
  | { readonly agent: string; readonly url: string; readonly reached: true; readonly body: T }
  | {
      readonly agent: string;
      readonly url: string;
      readonly reached: false;
      readonly reason: string;
      /** The HTTP status where there was one. */
      readonly status: number | undefined;
    };

export interface Request {
  readonly path: string;
  /** Makes it a POST. */
  readonly body?: unknown;
  readonly token?: string | undefined;
  /** HTTP statuses besides 2xx whose body is an answer: health is told with 503. */
  readonly alsoTake?: readonly number[];
}

export function opsAgents(config: Pick<Config, "agents">): readonly OpsAgent[] {
  return Object.entries(config.agents).map(([agent, { ops, host }]) => ({ agent, url: urlOf(ops, host) }));
}

/** A wildcard is where one listens, not where one connects. */
function urlOf({ host, port }: Address, agentHost: string): string {
  const to = host === "0.0.0.0" || host === "::" ? agentHost : host;
  return `http://${to.includes(":") ? `[${to}]` : to}:${port}`;
}

/** Asks one agent. Never rejects: an agent that cannot be asked is an answer too. */
export async function ask<T>({ agent, url }: OpsAgent, request: Request): Promise<Answer<T>> {
  const failed = (reason: string, status: number | undefined = undefined): Answer<T> => ({
    agent,
    url,
    reached: false,
    reason,
    status,
  });
  try {
    const response = await fetch(url + request.path, {
      ...init(request),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const said = response.headers.get(AGENT_HEADER);
    if (said === null) return failed(`what answers at ${url} is not a Busbar agent`);
    if (said !== agent)
      return failed(`${url} is answered by agent ${said}: ops of agent ${agent} listens on its own host only`);
    const text = await bounded(response);
    const body: unknown = JSON.parse(text);
    if (response.ok || request.alsoTake?.includes(response.status) === true)
      return { agent, url, reached: true, body: body as T };
    return failed(messageOf(body) ?? `HTTP ${response.status}`, response.status);
  } catch (thrown) {
    return failed(`${url}: ${reasonOf(thrown)}`);
  }
}

export function askAll<T>(config: Pick<Config, "agents">, request: Request): Promise<readonly Answer<T>[]> {
  return Promise.all(opsAgents(config).map((one) => ask<T>(one, request)));
}

function init({ body, token }: Request): RequestInit {
  const headers: Record<string, string> = { accept: "application/json" };
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  if (body === undefined) return { headers };
  return { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function messageOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("error" in body)) return undefined;
  const { error } = body;
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  EHOSTUNREACH: "no way to that host",
  ENETUNREACH: "no way to that network",
  ENOTFOUND: "no such host name",
  ECONNRESET: "the connection was cut",
};

export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name === "TimeoutError") return `no answer within ${ANSWER_TIMEOUT_MS} ms`;
  const cause = thrown.cause instanceof Error ? thrown.cause : thrown;
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
  return (code === undefined ? undefined : (REASONS[code] ?? code)) ?? cause.message;
}
