import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { type Hello, PAIR_PROTOCOL, type PairFaultCode, pairFault } from "./frames.ts";
import type { PairLinkOptions } from "./outcomes.ts";

/** Our side of the greeting. */
export function helloOf(options: PairLinkOptions): Hello {
  const { site, agent, version, configHash, groups } = options;
  return { kind: "hello", protocol: PAIR_PROTOCOL, site, agent, version, configHash, groups };
}

/** Why we do not pair up with who says this hello; `undefined` where we do. */
export function refusalOf(hello: Hello, options: PairLinkOptions): EdgeError | undefined {
  const { site, agent, peers } = options;
  if (hello.protocol !== PAIR_PROTOCOL) {
    return refusal("link.hello.protocol", `${hello.agent} speaks version ${hello.protocol}, we speak ${PAIR_PROTOCOL}`);
  }
  if (hello.site !== site) {
    return refusal("link.hello.site", `${hello.agent} is of ${hello.site}, we are of ${site}`);
  }
  if (hello.agent === agent) {
    return refusal("link.hello.agent", `both ends are called ${agent}; give one another name`);
  }
  if (!peers.includes(hello.agent)) {
    return refusal("link.hello.agent", `${hello.agent} is none of our peers (${peers.join(", ")})`);
  }
  return undefined;
}

function refusal(code: PairFaultCode, message: string): EdgeError {
  return new EdgeError(pairFault(code, message, { blame: "operator" }));
}
