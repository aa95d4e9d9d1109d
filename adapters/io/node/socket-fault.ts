import { type Blame, EdgeError, type Retry } from "../../kit/edge-error.ts";

/** How a connection can fail, whatever is spoken on it. */
export type TransportFaultCode =
  | "transport.refused"
  | "transport.reset"
  | "transport.timeout"
  | "transport.unreachable"
  | "transport.name-unknown"
  | "transport.address-in-use"
  | "transport.address-unavailable"
  | "transport.denied"
  | "transport.overfull"
  /** We had closed it ourselves. */
  | "transport.closed"
  /** The caller's signal said so. */
  | "transport.aborted"
  | "transport.tls-untrusted"
  | "transport.tls-handshake"
  | "transport.failed";

interface Known {
  readonly code: TransportFaultCode;
  readonly blame: Blame;
  readonly retry: Retry;
  readonly what: string;
}

function known(code: TransportFaultCode, what: string, blame: Blame = "network", retry: Retry = "backoff"): Known {
  return { code, blame, retry, what };
}

const BY_ERRNO: Readonly<Record<string, Known>> = {
  ECONNREFUSED: known("transport.refused", "nobody listens there"),
  ECONNRESET: known("transport.reset", "the peer reset the connection"),
  EPIPE: known("transport.reset", "the peer had closed the connection"),
  ECONNABORTED: known("transport.reset", "the connection was aborted"),
  ETIMEDOUT: known("transport.timeout", "no answer in time"),
  EHOSTUNREACH: known("transport.unreachable", "no route to the host"),
  ENETUNREACH: known("transport.unreachable", "no route to the network"),
  EHOSTDOWN: known("transport.unreachable", "the host is down"),
  ENETDOWN: known("transport.unreachable", "the network is down"),
  ENOTFOUND: known("transport.name-unknown", "the host name is not known"),
  EAI_AGAIN: known("transport.name-unknown", "the name server does not answer"),
  EADDRINUSE: known("transport.address-in-use", "another process listens on that address", "operator"),
  EADDRNOTAVAIL: known("transport.address-unavailable", "this machine has no such address", "operator"),
  EACCES: known("transport.denied", "that needs more rights", "operator", "never"),
  EPERM: known("transport.denied", "a firewall of this machine forbids it", "operator"),
  EMFILE: known("transport.overfull", "too many open files: raise the limit (ulimit -n)", "operator"),
  ENFILE: known("transport.overfull", "the machine has too many open files", "operator"),
  ENOBUFS: known("transport.overfull", "the kernel has no buffers left"),
  ERR_STREAM_DESTROYED: known("transport.closed", "the connection is closed", "us"),
  // A write under way when its socket is destroyed: newer Nodes say so, older ones call it done.
  ECANCELED: known("transport.closed", "the connection is closed", "us"),
  ERR_STREAM_WRITE_AFTER_END: known("transport.closed", "the connection is closed for writing", "us"),
  ABORT_ERR: known("transport.aborted", "given up by us", "us"),
};

/** Codes of certificate verification (OpenSSL's X509_V_ERR_*, as Node spells them) and of the name check. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_|ISSUER|CRL|HOSTNAME_MISMATCH|ALTNAME/;

/** A socket's error as ours. The system's own code is kept in `native`. */
export function toTransportFault(error: unknown, peer: string): EdgeError {
  if (error instanceof EdgeError) return error;
  const native = nativeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const { code, blame, retry, what } =
    (native === undefined ? undefined : knownBy(native, text)) ?? known("transport.failed", text);
  return new EdgeError({ code, blame, retry, message: `${peer}: ${what}`, native, cause: error });
}

function knownBy(native: string, text: string): Known | undefined {
  const errno = BY_ERRNO[native];
  if (errno !== undefined) return errno;
  if (native.startsWith("ERR_SSL") || native === "EPROTO") return known("transport.tls-handshake", text, "operator");
  return UNTRUSTED.test(native) ? known("transport.tls-untrusted", text, "operator") : undefined;
}

/** Where several addresses were tried, Node collects their errors; the first one speaks for all. */
function nativeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("name" in error && error.name === "AbortError") return "ABORT_ERR";
  if ("code" in error && typeof error.code === "string") return error.code;
  return "errors" in error && Array.isArray(error.errors) ? nativeOf(error.errors[0]) : undefined;
}
