import { type MmsData, mmsBoolean, mmsInteger, mmsUnsigned, mmsVisible } from "../../../adapters/iec61850/mms/data.ts";
import { type DurationMs, later, SECOND_MS } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import { ADD_CAUSE } from "../control/add-cause.ts";
import { numberOf } from "../control/command.ts";
import type { SimulatedIed } from "../ied.ts";
import { utcTime } from "../times.ts";
import type { Change } from "../updates.ts";

/** Numbers of events (evnType), those it raises. */
export const STREET_LIGHT_EVENT = {
  diagnostic: 1,
  lightOn: 2,
  lightOff: 3,
  tariffOn: 4,
  tariffOff: 5,
  downloaded: 11,
  activating: 7,
} as const;
const AD_HOC = 2;
const BUFFERED_EVENTS = 120;
const REBOOT_AFTER_MS: DurationMs = SECOND_MS;
const DOWNLOAD_MS: DurationMs = 3 * SECOND_MS;

/** What makes a street light of a model: relays with their events, firmware that comes when it was told to, reboots. */
export function lightsStreets(): Behaviour {
  return {
    name: "lights-streets",
    operatesStatusOnly: (ied) => [...ied.model.domains.values()].some(({ lns }) => lns.has("CSLC")),
    controls: (ied, control, command) => {
      const [, relay] = /^XSWC(\d+)$/.exec(control.ln.name) ?? [];
      if (relay !== undefined && control.name === "Pos") {
        const enabled = ied.find(control.domain, `${control.ln.name}$CF$CfSt$enbOper`)?.value;
        if (enabled?.type === "boolean" && !enabled.value) return ADD_CAUSE.notSupported;
        const isOn = command.ctlVal.type === "boolean" && command.ctlVal.value;
        const type = numberOf(ied.find(control.domain, `${control.ln.name}$ST$SwType$stVal`)?.value);
        ied.agenda.at(ied.now, () => raise(ied, control.domain, eventOf(type, isOn), Number(relay), isOn, "switched"));
      }
      if (control.name === "RbOper") ied.agenda.at(later(ied.now, REBOOT_AFTER_MS), () => ied.restart());
      return undefined;
    },
    alters: (ied, reply, request) => {
      if (request.service === "write" && request.specification.kind === "variables")
        for (const { name } of request.specification.variables) {
          const [, module] = /^CSLC\$CF\$(FuncFwDw|ScyFwDw|CARepl)\$startT$/.exec(name.item) ?? [];
          if (module !== undefined && name.scope === "domain") download(ied, name.domain);
        }
      return reply;
    },
  };
}

/** Writes the event where it is reported, and into the ring of the last ones. */
export function raise(
  ied: SimulatedIed,
  domain: string,
  evnType: number,
  swNum: number,
  swVal: boolean,
  remark: string,
): void {
  const mask = ied.find(domain, "CSLC$CF$EvnBuf$enbEvnType")?.value;
  const wanted = mask?.type === "visible-string" ? Number.parseInt(mask.value, 16) : Number.NaN;
  if (!Number.isNaN(wanted) && (wanted & (1 << (evnType - 1))) === 0) return;
  const last = (numberOf(ied.find(domain, "CSLC$ST$EvnBuf$lastIdx")?.value) % BUFFERED_EVENTS) + 1;
  const values: Readonly<Record<string, MmsData>> = {
    ...{ evnType: mmsUnsigned(evnType), swNum: mmsUnsigned(swNum), trgType: mmsUnsigned(AD_HOC) },
    ...{ swVal: mmsBoolean(swVal), trgTime: utcTime(ied.wall), remark: mmsVisible(remark) },
  };
  const changes = Object.entries(values).flatMap(([name, value]): Change[] =>
    [`CSLC$ST$EvnRpn$${name}`, `CSLC$ST$EvnBuf$evn${last}$${name}`].flatMap((item): Change[] => {
      const leaf = ied.find(domain, item);
      return leaf === undefined ? [] : [[leaf, value]];
    }),
  );
  const index = ied.find(domain, "CSLC$ST$EvnBuf$lastIdx");
  ied.set(index === undefined ? changes : [...changes, [index, mmsUnsigned(last)]], "event");
}

function eventOf(type: number, isOn: boolean): number {
  if (type === 0) return isOn ? STREET_LIGHT_EVENT.tariffOn : STREET_LIGHT_EVENT.tariffOff;
  return isOn ? STREET_LIGHT_EVENT.lightOn : STREET_LIGHT_EVENT.lightOff;
}

function download(ied: SimulatedIed, domain: string): void {
  ied.agenda.at(later(ied.now, DOWNLOAD_MS), () => {
    raise(ied, domain, STREET_LIGHT_EVENT.downloaded, 0, false, "download success");
    raise(ied, domain, STREET_LIGHT_EVENT.activating, 0, false, "activating");
    const status = ied.find(domain, "CSLC$ST$FuncFwDw$status");
    if (status !== undefined) ied.set([[status, mmsInteger(1)]], "firmware");
  });
}
