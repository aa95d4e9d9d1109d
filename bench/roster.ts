import type { Bench } from "./bench.ts";
import { bench as commit } from "./commit.ts";
import { bench as dlmsCodec } from "./dlms-codec.ts";
import { bench as dlmsRead } from "./dlms-read.ts";
import { bench as iec61850 } from "./iec61850.ts";
import { bench as iec61850Reports } from "./iec61850-reports.ts";
import { bench as memory } from "./memory.ts";
import { bench as mqttIngress } from "./mqtt-ingress.ts";
import { bench as oslpCodec } from "./oslp-codec.ts";
import { bench as oslpSwitch } from "./oslp-switch.ts";
import { bench as pipeline } from "./pipeline.ts";
import { bench as spool } from "./spool.ts";
import { bench as startup } from "./startup.ts";
import { bench as takeover } from "./takeover.ts";

/** Every bench there is. */
export const benches: readonly Bench[] = [
  commit,
  dlmsCodec,
  dlmsRead,
  iec61850,
  iec61850Reports,
  memory,
  mqttIngress,
  oslpCodec,
  oslpSwitch,
  pipeline,
  spool,
  startup,
  takeover,
];
