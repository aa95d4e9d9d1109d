import { toWall } from "../../kit/time.ts";
import type { Ciphers } from "../../kit/ciphers.ts";
import type { ActionOutcome } from "../apdu/action.ts";
import type { DataResult } from "../apdu/descriptor.ts";
import type { ServiceAnswer, ServiceRequest } from "../association/services.ts";
import type { ProfileName } from "../config/object-profile.ts";
import { objectProfile } from "../config/object-profiles.ts";
import type { Procedure } from "../cosem/ask.ts";
import { parseDataText } from "../cosem/data-text.ts";
import type { DlmsData } from "../data/data.ts";
import type { DlmsDevice } from "../device.ts";
import { toObis } from "../obis.ts";
import { DLMS_DEFAULTS, type DlmsSettings } from "../settings.ts";
import type { DlmsMemory } from "../memory.ts";
import type { ActionContext } from "./action.ts";

/** A meter that is a table of attributes, for tests of procedures: `class/obis/attribute` and `class/obis/method!`. */
export class TableMeter {
  readonly values = new Map<string, DlmsData>();
  readonly methods = new Map<string, (parameters: DlmsData | undefined) => number | ActionOutcome>();
  readonly asked: string[] = [];
  paused = 0;

  constructor(values: Readonly<Record<string, string>> = {}) {
    for (const [key, text] of Object.entries(values)) this.values.set(key, parseDataText(text));
  }

  run<Result>(procedure: Procedure<Result>): Result {
    let step = procedure.next();
    for (let turns = 0; step.done !== true; turns++) {
      if (turns > 10_000) throw new Error("the procedure does not end");
      step = procedure.next(this.#answer(step.value));
    }
    return step.value;
  }

  #answer(request: ServiceRequest): ServiceAnswer {
    switch (request.kind) {
      case "get":
        return {
          kind: "get",
          results: request.references.map((reference): DataResult => {
            const key = `${reference.classId}/${reference.instance}/${reference.attribute}`;
            this.asked.push(`get ${key}${reference.selection === undefined ? "" : `?${reference.selection.selector}`}`);
            const data = this.values.get(key);
            return data === undefined ? { kind: "error", result: 4 } : { kind: "data", data };
          }),
        };
      case "set":
        return {
          kind: "set",
          results: request.writes.map(({ reference, data }) => {
            const key = `${reference.classId}/${reference.instance}/${reference.attribute}`;
            this.asked.push(`set ${key}`);
            if (!this.values.has(key)) return 4;
            this.values.set(key, data);
            return 0;
          }),
        };
      case "action":
        return {
          kind: "action",
          outcomes: request.calls.map(({ method, parameters }): ActionOutcome => {
            const key = `${method.classId}/${method.instance}/${method.method}`;
            this.asked.push(`act ${key}`);
            const outcome = this.methods.get(key)?.(parameters) ?? 4;
            return typeof outcome === "number" ? { result: outcome, returned: undefined } : outcome;
          }),
        };
      case "access":
        throw new Error("no procedure asks so");
      case "pause":
        this.paused += request.ms;
        return { kind: "pause" };
    }
  }
}

export const NOW = toWall(Date.UTC(2026, 10, 21, 12, 0, 0));

export function tableDevice(profile: ProfileName, over: Partial<DlmsDevice> = {}): DlmsDevice {
  return {
    uid: "meter-1",
    identification: "KFM1000000000001",
    profile,
    phases: 3,
    zone: "Europe/Amsterdam",
    deviationTurned: false,
    transport: { kind: "wrapper", carrier: "stream" },
    client: 1,
    publicClient: 16,
    server: 1,
    authentication: "none",
    protection: "none",
    suite: 0,
    dedicated: false,
    form: "service-specific",
    generalCiphering: undefined,
    signs: false,
    keys: {
      encryption: undefined,
      authentication: undefined,
      broadcast: undefined,
      master: undefined,
      secret: undefined,
      signing: undefined,
      serverSigning: undefined,
      agreement: undefined,
      serverAgreement: undefined,
      next: undefined,
    },
    mbusKeys: {},
    clientTitle: new Uint8Array(8),
    serverTitle: undefined,
    counterRestarts: false,
    counterDecrease: "refused",
    gmacCounter: "own",
    referencing: "logical-name",
    counterObject: toObis("0.0.43.1.0.255"),
    listMax: 32,
    selectsRange: true,
    selectsColumns: true,
    accessTechnology: "gprs",
    maxPdu: 0xffff,
    deviceType: undefined,
    ...over,
  };
}

export function tableContext(
  profile: ProfileName,
  over: {
    readonly device?: Partial<DlmsDevice>;
    readonly settings?: Partial<DlmsSettings>;
    readonly ciphers?: Ciphers;
  } = {},
): ActionContext & { readonly remembered: Partial<DlmsMemory> } {
  const device = tableDevice(profile, over.device);
  const remembered: Partial<DlmsMemory> = {};
  const none = new Proxy({} as Ciphers, {
    get: () => () => {
      throw new Error("no cipher in this test");
    },
  });
  return {
    device,
    profile: objectProfile(profile),
    meter: { zone: device.zone },
    settings: { ...DLMS_DEFAULTS, ciphers: over.ciphers ?? none, ...over.settings },
    wall: () => NOW,
    uid: "cmd-1",
    cause: "request",
    memory: {
      counter: undefined,
      meterCounter: undefined,
      received: undefined,
      pushed: undefined,
      title: undefined,
      keyMark: undefined,
      image: undefined,
    },
    remember: (fields) => void Object.assign(remembered, fields),
    remembered,
  };
}
