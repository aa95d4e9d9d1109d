import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { AccessRules } from "../../adapters/mqtt/access.ts";
import type { CommandForm } from "../../adapters/mqtt/command-payload.ts";
import { TopicTemplate } from "../../adapters/mqtt/topic-template.ts";
import { readUsers } from "../../adapters/mqtt/users.ts";
import { MqttListener } from "../../adapters/mqtt/wire/listener.ts";
import type { ListenerLimits, ListenerParts } from "../../adapters/mqtt/wire/listener-settings.ts";
import { Passwords } from "../../adapters/mqtt/wire/passwords.ts";
import type { SocketSettings } from "../../adapters/mqtt/wire/sockets.ts";
import { listenersOf } from "../config/choose-agent.ts";
import type { SecretRef } from "../config/config.ts";
import type { MqttLimits, MqttSection } from "../config/mqtt.ts";
import { thisMachine } from "../config/files.ts";
import { readBytes } from "../config/secrets.ts";
import type { Duty, DutyPorts } from "./duty.ts";
import { bookOf, directoryOf, type MqttBook } from "./mqtt-devices.ts";
import { MqttDoor } from "./mqtt-door.ts";
import { MqttDuty } from "./mqtt-duty.ts";
import type { ServiceParts } from "./oslp-service.ts";
import type { ProtocolService } from "./protocol-service.ts";
import type { DeviceSession } from "./southbound.ts";
import { listenerTls } from "./tls-files.ts";

const USERS_BYTES = 64 * 1_024 * 1_024;
/** Commands on their way to one device. */
const OUTGOING = 100;
const HELD_BACK_MS = 10_000;

/** MQTT as this configuration has it; `undefined` where it has no MQTT section. Throws `config.*` or `mqtt.users.*`. */
export function mqttService(parts: ServiceParts): ProtocolService | undefined {
  const { config, isServed } = parts;
  const section = config.protocols.mqtt;
  if (section === undefined) return undefined;
  const devices = config.devices.filter((device) => device.protocol === "mqtt");
  const book = bookOf(devices, section, isServed);
  const access = accessOf(section);
  const form = formOf(section);
  let notes: DutyPorts["note"] = () => {};
  const door = makeDoor(parts, section, { book, access, note: (level, text) => notes(level, text) });
  return {
    protocol: "mqtt",
    book,
    listeners: [],
    expectEveryMs: (uid) => book.byUid(uid)?.expectEveryMs,
    accept: () => unreachableSession(),
    dial: () => unreachableSession(),
    connect: (uid) => Promise.reject(notOpen(uid)),
    begin: (ports): Duty => {
      notes = ports.note;
      const bridgeSpool = (name: string) => parts.bridgeSpool?.(name);
      const { gateway, commands } = config;
      const commandDeadlineMs = commands.defaultDeadlineMs;
      return new MqttDuty({ ports, section, gateway, bridgeSpool, book, access, form, commandDeadlineMs, door });
    },
    closedSockets: () => door?.closedSockets() ?? [],
    describe: (uid) => {
      const device = book.byUid(uid);
      return { identification: device?.clientId ?? uid, address: device?.broker, version: "" };
    },
  };
}

function makeDoor(
  { config, agent, timers }: ServiceParts,
  section: MqttSection,
  {
    book,
    access,
    note,
  }: { readonly book: MqttBook; readonly access: AccessRules; readonly note: ListenerParts["note"] },
): MqttDoor | undefined {
  const sockets = listenersOf(config, agent, "mqtt").map(
    (listener): SocketSettings => ({
      kind: listener.version === "websocket" ? "websocket" : "tcp",
      host: listener.host,
      port: listener.port,
      tls: listener.tls === undefined ? undefined : listenerTls(listener.tls),
      anonymous: section.anonymous,
    }),
  );
  if (sockets.length === 0) return undefined;
  const passwords = section.users === undefined ? undefined : new Passwords(readUsers(usersText(section.users)));
  const door: MqttDoor = new MqttDoor(
    book,
    (desk) =>
      new MqttListener({
        sockets,
        limits: limitsOf(section.limits),
        sameClientId: section.sameClientId,
        access,
        directory: directoryOf(book, (group) => door.isServed(group)),
        passwords,
        desk,
        timers,
        note,
      }),
  );
  return door;
}

/** The password file: longer than any single secret, with a line per device. */
function usersText(ref: SecretRef): string {
  const bytes = ref.kind === "file" ? thisMachine.read(ref.path, USERS_BYTES) : readBytes(ref);
  return Buffer.from(bytes).toString("utf8");
}

function limitsOf(limits: MqttLimits): ListenerLimits {
  return {
    clients: limits.clients,
    messagesPerSecond: limits.messagesPerSecond,
    heldBackMs: HELD_BACK_MS,
    payloadBytes: limits.payloadBytes,
    topicLevels: limits.topicLevels,
    keepAliveS: limits.keepAliveS ?? 0,
    connectMs: limits.connectTimeoutMs,
    drainMs: limits.drainTimeoutMs,
    outgoing: OUTGOING,
  };
}

export function accessOf({ access }: MqttSection): AccessRules {
  return {
    publish: access.publish.map((text) => new TopicTemplate(text)),
    command: new TopicTemplate(access.command),
    reply: access.reply === undefined ? undefined : new TopicTemplate(access.reply),
  };
}

export function formOf({ access, commands }: MqttSection): CommandForm {
  return {
    topic: new TopicTemplate(access.command),
    reply: access.reply === undefined ? undefined : new TopicTemplate(access.reply),
    qos: commands.qos,
    payload: commands.payload,
  };
}

/** Devices connect to us: there is no conversation of ours to begin. A command that gets here is over before its first byte. */
function unreachableSession(): DeviceSession {
  const step = () => ({ send: [], outcomes: [], wakeAt: undefined, ended: "done" as const });
  return { open: step, receive: step, wake: step, close: step, submit: step, stored: step };
}

function notOpen(uid: string): EdgeError {
  return new EdgeError({
    code: "mqtt.command.offline",
    blame: "us",
    retry: "backoff",
    message: `device ${uid} is reached over its own connection, and this agent has none open`,
  });
}
