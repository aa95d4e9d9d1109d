import { z } from "zod";
import type { Address, RedisSettings, TlsTrust } from "./config.ts";
import { duration, endpoint, flag, integer, parseEndpoint, secret, text } from "./scalars.ts";
import { pemFile } from "./tls.ts";

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;

const trust: z.ZodType<TlsTrust> = z
  .strictObject({
    ca: pemFile("the authorities to trust").optional(),
    cert: pemFile("our certificate").optional(),
    key: pemFile("our private key").optional(),
    serverName: text("the name in the server's certificate").optional(),
  })
  .transform((value) => ({ ca: value.ca, cert: value.cert, key: value.key, serverName: value.serverName }));

const NO_TRUST: TlsTrust = { ca: undefined, cert: undefined, key: undefined, serverName: undefined };
const TLS = "true, or { ca, cert, key, serverName }";

const nodes = (defaultPort: number) =>
  z
    .array(z.union([endpoint(), z.never()], { error: `address:port, such as 10.0.0.1:${defaultPort}` }), {
      error: `a list of addresses, such as [10.0.0.1:${defaultPort}]`,
    })
    .min(1, { error: "at least one address" })
    .transform((list) => list.map((one): Address => ({ host: one.host ?? "127.0.0.1", port: one.port })));

interface FromUrl {
  readonly address: Address;
  readonly database: number;
  readonly tls: boolean;
}

const URL_NOUN = "redis://host:port/database (rediss:// for TLS)";

const url: z.ZodType<FromUrl> = z.string({ error: URL_NOUN }).transform((given, context) => {
  if (/^[a-z]+:\/\/[^/@]*:[^/@]*@/i.test(given)) {
    const fix = "write user and password as redis.username and redis.password: { file: … }";
    context.issues.push({
      code: "custom",
      message: "an address without a password",
      input: "a URL with a password",
      params: { fix, secret: true },
    });
    return z.NEVER;
  }
  const found = parseUrl(given);
  if (found !== undefined) return found;
  const fix = parseEndpoint(given) === undefined ? undefined : `write redis://${given}`;
  context.issues.push({ code: "custom", message: URL_NOUN, input: given, params: { fix } });
  return z.NEVER;
});

function parseUrl(given: string): FromUrl | undefined {
  const match = /^(rediss?):\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?(?:\/(\d{1,5})?)?$/.exec(given);
  if (match === null) return undefined;
  const address = parseEndpoint(`${match[2]}:${match[3] ?? REDIS_PORT}`);
  if (address?.host === undefined) return undefined;
  return {
    address: { host: address.host, port: address.port },
    database: Number(match[4] ?? 0),
    tls: match[1] === "rediss",
  };
}

const wait = z.union([z.enum(["none", "aof"]), z.strictObject({ replicas: integer(1, 10, "a number of replicas") })], {
  error: "none, aof, or { replicas: N }",
});

export const redis: z.ZodType<RedisSettings> = z
  .strictObject({
    url: url.optional(),
    sentinels: nodes(SENTINEL_PORT).optional(),
    name: text("the name of the group of servers the sentinels watch").optional(),
    cluster: nodes(REDIS_PORT).optional(),
    database: integer(0, 65_535, "the number of a database").optional(),
    username: text("a user name").optional(),
    password: secret("the password of Redis").optional(),
    tls: z.union([z.boolean(), trust], { error: TLS }).optional(),
    commandTimeout: duration({ min: "10ms", max: "1min" }).prefault("400ms"),
    wait: wait.prefault("none"),
    allowLossySettings: flag().prefault(false),
  })
  .transform((value, context): RedisSettings => {
    const ways = [value.url, value.sentinels, value.cluster].filter((way) => way !== undefined).length;
    const target = targetOf(value);
    const refuse = (message: string, fix: string): never => {
      context.issues.push({ code: "custom", message, input: value, params: { fix, statement: true } });
      return z.NEVER;
    };
    if (ways !== 1) return refuse("give one of url, sentinels and cluster", "url: redis://127.0.0.1:6379");
    if (target === undefined) return refuse("sentinels need the name of what they watch", "name: busbar");
    const database = value.database ?? value.url?.database ?? 0;
    if (target.kind === "cluster" && database !== 0) return refuse("a cluster has database 0 only", "remove database");
    const tls = value.tls === true || (value.tls === undefined && value.url?.tls === true) ? NO_TRUST : value.tls;
    return {
      target,
      database,
      username: value.username,
      password: value.password,
      tls: tls === false ? undefined : tls,
      commandTimeoutMs: value.commandTimeout,
      wait: value.wait,
      allowLossySettings: value.allowLossySettings,
    };
  });

function targetOf(value: {
  readonly url?: FromUrl | undefined;
  readonly sentinels?: readonly Address[] | undefined;
  readonly name?: string | undefined;
  readonly cluster?: readonly Address[] | undefined;
}): RedisSettings["target"] | undefined {
  if (value.url !== undefined) return { kind: "standalone", ...value.url.address };
  if (value.cluster !== undefined) return { kind: "cluster", nodes: value.cluster };
  if (value.sentinels === undefined || value.name === undefined) return undefined;
  return { kind: "sentinel", sentinels: value.sentinels, name: value.name };
}
