import { EdgeError, type FaultCode, type Retry } from "../../kit/edge-error.ts";

const KNOWN: Readonly<Record<string, { readonly code: FaultCode; readonly retry: Retry; readonly what: string }>> = {
  ECONNREFUSED: { code: "transport.refused", retry: "backoff", what: "nobody listens there" },
  ECONNRESET: { code: "transport.reset", retry: "backoff", what: "the peer reset the connection" },
  EPIPE: { code: "transport.reset", retry: "backoff", what: "the peer had closed the connection" },
  ETIMEDOUT: { code: "transport.timeout", retry: "backoff", what: "no answer in time" },
  EHOSTUNREACH: { code: "transport.unreachable", retry: "backoff", what: "no route to the host" },
  ENETUNREACH: { code: "transport.unreachable", retry: "backoff", what: "no route to the network" },
  ENOTFOUND: { code: "transport.name-unknown", retry: "backoff", what: "the host name is not known" },
  EADDRINUSE: { code: "transport.address-in-use", retry: "backoff", what: "another process listens on that address" },
  EADDRNOTAVAIL: { code: "transport.address-unavailable", retry: "backoff", what: "this machine has no such address" },
  EACCES: { code: "transport.denied", retry: "never", what: "listening there needs more rights" },
  EMFILE: { code: "transport.overfull", retry: "backoff", what: "too many open files: raise the limit (ulimit -n)" },
};

/** A socket's error as ours. The system's own code is kept in `native`. */
export function toTransportFault(error: unknown, peer: string): EdgeError {
  if (error instanceof EdgeError) return error;
  const native = typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
  const known = native === undefined ? undefined : KNOWN[native];
  const tls = native !== undefined && /^ERR_(SSL|TLS)_|_CERT|^CERT_|SELF_SIGNED/.test(native);
  const text = error instanceof Error ? error.message : String(error);
  return new EdgeError({
    code: known?.code ?? (tls ? "transport.tls" : "transport.failed"),
    blame: tls ? "operator" : "network",
    retry: known?.retry ?? "backoff",
    message: `${peer}: ${known?.what ?? text}`,
    native,
    cause: error,
  });
}
