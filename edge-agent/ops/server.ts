import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Address } from "../config/config.ts";
import { AGENT_HEADER } from "./agent-header.ts";
import { addActions } from "./actions.ts";
import { OpsFault } from "./ops-fault.ts";
import { makeMetrics } from "./metrics.ts";
import { readPage } from "./page.ts";
import { devicesQuery } from "./queries.ts";
import type { OpsSource } from "./source.ts";
import { Taps } from "./taps.ts";

export interface OpsOptions {
  /** Port 0 takes any free one. */
  readonly listen: Address;
  readonly source: OpsSource;
  /** Needed for requests that change something; absent: they are taken from loopback only. */
  readonly token: string | undefined;
  /** Clients that may watch messages at the same time. */
  readonly maxTaps: number;
}

export interface Ops {
  /** Where it really listens. */
  readonly address: Address;
  readonly url: string;
  close(): Promise<void>;
}

const BODY_LIMIT_BYTES = 16 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 100;
const MAX_PATH_LENGTH = 200;

/** Serves health, status, metrics, taps and the page. Rejects with `config.ops.listen` where the address cannot be used. */
export async function startOps(options: OpsOptions): Promise<Ops> {
  const { listen, source } = options;
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PATH_LENGTH },
    forceCloseConnections: true,
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  const taps = new Taps(source, options.maxTaps);
  const { agent } = source.status();
  protect(app, agent);
  addHealth(app, source);
  addReading(app, source);
  addMetrics(app, source);
  taps.addTo(app);
  addActions(app, { source, token: options.token });
  addPage(app);
  try {
    await app.listen({ host: listen.host, port: listen.port });
  } catch (thrown) {
    await app.close();
    throw cannotListen(listen, thrown);
  }
  const bound = app.server.address() as AddressInfo;
  const address = { host: listen.host, port: bound.port };
  return {
    address,
    url: `http://${listen.host.includes(":") ? `[${listen.host}]` : listen.host}:${bound.port}`,
    close: async () => {
      taps.close();
      await app.close();
    },
  };
}

function cannotListen({ host, port }: Address, thrown: unknown): EdgeError {
  const native = thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "EIO";
  const reason =
    native === "EADDRINUSE"
      ? "another process has the port"
      : native === "EADDRNOTAVAIL"
        ? "this host has no such address"
        : native;
  return new EdgeError({
    code: "config.ops.listen",
    blame: "operator",
    retry: "never",
    native,
    message: `ops cannot listen at ${host}:${port}: ${reason}; change agents.<name>.ops`,
    cause: thrown,
  });
}

/** Errors as `{error: {code, message}}`; nothing of the inside, no headers that invite others. */
function protect(app: FastifyInstance, agent: string): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.header(AGENT_HEADER, agent);
    reply.header("cache-control", "no-store");
    reply.header("x-content-type-options", "nosniff");
    reply.header("referrer-policy", "no-referrer");
    const host = request.headers.host ?? "";
    if (!/^(\[[0-9a-f:.]+\]|[A-Za-z0-9._-]+)(:\d+)?$/i.test(host)) {
      throw new OpsFault(400, "ops.host.invalid", "the Host header is not a host");
    }
  });
  app.setNotFoundHandler((request, reply) => {
    refuse(
      reply,
      new OpsFault(
        404,
        "ops.path.unknown",
        `there is no ${request.method} ${request.url.split("?")[0]?.slice(0, 100)}; known: ${PATHS}`,
      ),
    );
  });
  app.setErrorHandler((thrown, _request, reply) => {
    if (thrown instanceof OpsFault) return refuse(reply, thrown);
    const status =
      thrown instanceof Error && "statusCode" in thrown && typeof thrown.statusCode === "number"
        ? thrown.statusCode
        : 500;
    const message =
      status < 500 && thrown instanceof Error
        ? thrown.message
        : "this request failed inside the agent; its log says why";
    return refuse(reply, new OpsFault(status, status < 500 ? "ops.request.invalid" : "ops.internal", message));
  });
}

const PATHS =
  "GET / /health /health/live /health/ready /status /devices /devices/:uid /unknown-devices /refusals /config /metrics /tap, POST /handover /pause /resume /log-level";

function refuse(reply: FastifyReply, { status, code, message }: OpsFault): FastifyReply {
  return reply.code(status).send({ error: { code, message } });
}

function addHealth(app: FastifyInstance, source: OpsSource): void {
  app.get("/health", async (_request, reply) => {
    const health = source.health();
    return reply.code(health.live && health.ready ? 200 : 503).send(health);
  });
  app.get("/health/live", async (_request, reply) => {
    const { live, reasons } = source.health();
    return reply.code(live ? 200 : 503).send({ live, reasons: live ? [] : reasons });
  });
  app.get("/health/ready", async (_request, reply) => {
    const { ready, reasons, groups } = source.health();
    return reply.code(ready ? 200 : 503).send({ ready, reasons, groups });
  });
}

function addReading(app: FastifyInstance, source: OpsSource): void {
  app.get("/status", async () => source.status());
  app.get("/config", async () => source.configuration());
  app.get("/refusals", async () => ({ refusals: source.refusals() }));
  app.get("/unknown-devices", async () => ({ devices: source.unknownDevices() }));
  app.get("/devices", async (request) => source.devices(devicesQuery(request.query)));
  app.get<{ Params: { uid: string } }>("/devices/:uid", async (request) => {
    const device = source.device(request.params.uid);
    if (device === undefined) throw new OpsFault(404, "ops.device.unknown", `there is no device ${request.params.uid}`);
    return device;
  });
}

function addMetrics(app: FastifyInstance, source: OpsSource): void {
  const metrics = makeMetrics(source);
  app.get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
}

function addPage(app: FastifyInstance): void {
  const page = readPage();
  app.get("/", async (_request, reply) => {
    reply.header("content-security-policy", page.policy);
    reply.header("x-frame-options", "DENY");
    return reply.type("text/html; charset=utf-8").send(page.html);
  });
  app.get("/favicon.ico", async (_request, reply) => reply.code(204).send());
}
