import type { ContractVersion } from "../../proto/oslp/gen/fields.ts";
import { complainLine } from "./output.ts";
import type { Platforms } from "./simulate-options.ts";
import { readVerb } from "./probe-verbs.ts";
import { EXIT } from "./verb.ts";

export interface ProbeFlags {
  readonly host?: { readonly host: string; readonly port: number | undefined };
  readonly port?: number;
  readonly listen?: number;
  readonly platform?: Platforms;
  readonly platformKey?: string;
  readonly deviceKey?: string;
  readonly identification: string;
  readonly deviceId?: string;
  readonly sequence?: number;
  readonly address: string;
  readonly version: ContractVersion;
  readonly within: number;
  readonly json?: boolean;
}

export async function probeOslp(verb: string, args: readonly string[], flags: ProbeFlags): Promise<number> {
  if (verb === "register") {
    const { probeRegister } = await import("./probe-register.ts");
    return probeRegister(flags);
  }
  const request = readVerb(verb, args);
  if (typeof request === "string") {
    complainLine(request);
    return EXIT.usage;
  }
  const { probeDevice } = await import("./probe-device.ts");
  return probeDevice(request, flags);
}
