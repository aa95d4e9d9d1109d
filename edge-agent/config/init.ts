import { generateKeyPairSync, randomBytes } from "node:crypto";

/** One file `busbar init` writes; `name` is relative to the folder of the configuration. */
export interface InitialFile {
  readonly name: string;
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
}

export type InitialKind = "minimal" | "full";

/**
 * A configuration that passes its own check, with the keys it names and one example device. The private key of that device
 * is written too, so that the simulator can play it until the real one is there.
 */
export function initialFiles(kind: InitialKind, configName: string = "busbar.yaml"): readonly InitialFile[] {
  const platform = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const lamp = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const publicKey = lamp.publicKey.export({ format: "der", type: "spki" }).toString("base64");
  const pem = (key: typeof lamp.privateKey) => key.export({ format: "pem", type: "pkcs8" }).toString();
  return [
    { name: configName, text: initialText(kind, publicKey), mode: 0o640 },
    { name: "keys/platform.pem", text: pem(platform.privateKey), mode: 0o600 },
    {
      name: "keys/platform.pub.pem",
      text: platform.publicKey.export({ format: "pem", type: "spki" }).toString(),
      mode: 0o644,
    },
    { name: "keys/pair.key", text: `${randomBytes(32).toString("base64url")}\n`, mode: 0o600 },
    { name: "keys/lamp-0001.pem", text: pem(lamp.privateKey), mode: 0o600 },
  ];
}

/** The text alone. `##` begins prose; a line that begins with `# ` is a setting and may be uncommented as it stands. */
export function initialText(kind: InitialKind, publicKey: string): string {
  const parts =
    kind === "minimal"
      ? [HEAD, PAIR, REDIS, OSLP, devices(publicKey)]
      : [
          HEAD,
          GROUPS,
          PAIR_FULL,
          REDIS_FULL,
          TIMES,
          OSLP_FULL,
          DLMS_FULL,
          IEC61850_FULL,
          MQTT_FULL,
          devices(publicKey),
          REST,
        ];
  return parts.join("\n");
}

const HEAD = `## Busbar: one file for both agents. Check it with: busbar config check FILE
## Two hashes explain; one hash is a setting with its default: take the hash and one space away.
## Durations: 400ms 3s 5min 2h 7d. Sizes: 64KiB 16MiB 2GiB. Paths start from the folder of this file.
## Secrets never stand here, only where they are: { file: PATH } or { env: NAME }.

## The source of every message, the same whichever agent is active.
gateway: /site/gw

## Who serves this gateway. A process picks itself by --agent, BUSBAR_AGENT or its host name.
## host: where the other agent reaches this one; link: the pair link (let it through both ways); ops: health, status, metrics and the page.
agents:
  a: { host: 10.0.0.1, link: 7411, ops: 127.0.0.1:7421, state: /var/lib/busbar }
  b: { host: 10.0.0.2, link: 7411, ops: 127.0.0.1:7421, state: /var/lib/busbar }
`;

const GROUPS = `## Devices are served in groups; each group has one lease. Without this section all devices are in the group main.
# groups:
#   main:
#     agents: [a, b]
#     placement: keep       # whoever has it keeps it; spread: by a hash over the agents that are there
#     preferred: a          # takes the group back after failbackAfter of health; without it nobody does
#     failbackAfter: 5min
## A group may have any number of agents; with more than two, or with placement: spread, each has its place and moves back
## to it. Or so many groups alike, in which every device that names no group has its place by its uid, for ever:
## groups: { count: 16, agents: [a, b], prefix: g }
# placement:
#   settleAfter: 30s         # an agent gets what is its own after it was a stable standby for so long
`;

const PAIR = `## How the two agents know each other: a shared secret, or tls: { cert, key, ca }.
pair:
  secret: { file: keys/pair.key }
`;

const PAIR_FULL = `${PAIR}#   beatEvery: 50ms
#   suspectAfter: 300ms      # silence after which the standby looks at the lease
#   replicateSpool: true     # a spooled message is durable when it is on both disks
#   forwardDevices: true     # a device that reaches the standby is carried to the active agent
`;

const REDIS = `## Redis 7 or newer, appendonly yes, maxmemory-policy noeviction.
redis:
  url: redis://10.0.0.10:6379
`;

const REDIS_FULL = `## Redis 7 or newer, appendonly yes, maxmemory-policy noeviction. Instead of url:
##   sentinels: [10.0.0.10:26379, 10.0.0.11:26379, 10.0.0.12:26379] with name: busbar
##   cluster: [10.0.0.10:6379, 10.0.0.11:6379]
## username: busbar, password: { file: keys/redis }, tls: { ca: tls/ca.pem }
redis:
  url: redis://10.0.0.10:6379
#   commandTimeout: 400ms
#   wait: none               # none, aof, or { replicas: 1 }: what a commit waits for besides the answer
#   allowLossySettings: false
`;

const TIMES = `## Law: renewEvery + 2·attemptTimeout <= ttl − safety.
# lease:
#   ttl: 3s
#   renewEvery: 1s
#   attemptTimeout: 400ms
#   safety: 200ms            # the holder stops this long before the lease ends

## One job of the queue holds up to this many messages of one group.
# commit:
#   batchMessages: 100
#   batchBytes: 64KiB
#   linger: 3ms

## What is on disk while Redis is away.
# spool:
#   maxBytes: 2GiB
#   segmentBytes: 4MiB
#   policy: block            # when full: block (devices keep it), drop-oldest, drop-newest, by-priority
#   drainPerSecond: 20000

# commands:
#   concurrency: 64
#   maxPerDevice: 32
#   retention: 7d            # how long a repeated command is answered with the recorded result
#   defaultDeadline: 5min
#   maxAttempts: 3
`;

const OSLP = `## Street lights. Devices connect to these ports; a version is known by its port alone.
oslp:
  platformKey: { file: keys/platform.pem }
  listen:
    - { version: 0.6.1, port: 12122 }
    - { version: 0.5.1, port: 12121 }
`;

const OSLP_FULL = `${OSLP}#   window: 6                # of sequence numbers
#   connectTimeout: 10s
#   responseTimeout: 20s
#   idleTimeout: 30s
#   maxConnections: 2000
#   circuit: { failures: 3, openFor: 5s, longest: 2min }   # devices that cannot be reached are left alone
#   location: { latitude: 52.132635, longitude: 5.291266, timeOffset: 60 }
`;

const DLMS_FULL = `## Meters: we call them to read and to command, they call us to push; docs/protocols/dlms.md has the recipes.
# dlms:
#   listen: [{ port: 9598 }]          # where they push over TCP
#   udp: [{ port: 9598 }]
#   allow: [10.20.0.0/16]             # whose pushes are believed without ciphering; without it nobody's
#   hdlcPushes: true                 # pushes in UI frames of HDLC too
#   keyFolder: keys/dlms              # <uid>.json holds the keys of a meter
#   firmwareFolder: firmware
#   connectTimeout: 10s
#   responseTimeout: 20s
#   throttle: { associations: 200, perCell: 20, connectionsPerSecond: 50 }
#   retry: { attempts: 3, first: 30s }
#   schedules:
#     quarter: { cron: "*/15 * * * *", jitter: 5min, action: readings.actual }
#     nightly: { cron: "10 1 * * *", jitter: 2h, action: readings.periodic, value: { period: interval } }
`;

const IEC61850_FULL = `## IEDs: one association each, reports resumed from the last that was stored; docs/protocols/iec61850.md has the recipes.
# iec61850:
#   connectTimeout: 10s
#   responseTimeout: 10s
#   terminationTimeout: 30s  # for the CommandTermination of controls with enhanced security
#   keepAlive: 30s
#   reconnect: { first: 1s, max: 1min }
#   originator: { category: remote-control, identification: busbar }
#   reports: ["*/LLN0.*"]    # of IEDs that name none; brcbEvents stands for its instances 01, 02, …
#   listen: [{ port: 50000 }]         # where street-light devices register
#   allow: [10.30.0.0/16]             # addresses a registration may name
#   backend: builtin                  # or libiec61850: your own, where it is installed; of one device too
`;

const MQTT_FULL = `## MQTT devices that connect here, brokers of others, and bridges; docs/protocols/mqtt.md has the recipes.
# mqtt:
#   listen:
#     - { port: 8883, tls: { cert: tls/agent.pem, key: tls/agent.key, ca: tls/devices-ca.pem } }
#   users: { file: keys/mqtt.passwd }   # as mosquitto_passwd writes it; with ca above, a certificate does
#   sameClientId: replace    # or refuse: a second connection under a client id that is connected
#   access:                  # a device publishes under its own topics and subscribes to its own commands
#     publish: ["{device}/#", "msr/{device}/#"]
#     command: "{device}/command/{action}"
#   commands: { qos: 1, payload: envelope, answer: reply, answerTimeout: 30s }
#   limits: { clients: 10000, messagesPerSecond: 1000, payload: 64KiB, topicLevels: 16 }
#   mappings:
#     default:               # the first rule whose topic matches decides; what matches none becomes a dead letter
#       - topic: "{device}/measurement"
#         payload: json      # csv, plain, gxf-msr
#         time: { at: /ts, form: unix-ms }
#         points:
#           - { name: voltage.l1, at: /u/0, unit: V }
#   brokers:
#     plant: { addresses: [10.2.0.1:1883], subscriptions: ["+/measurement"] }
#   bridges:
#     centre:
#       addresses: [10.9.0.1:8883, 10.9.0.2:8883]
#       tls: true
#       queue: { maxBytes: 256MiB, maxAge: 7d, overflow: drop-oldest, qos0: keep }
#       rules:
#         - { direction: out, filter: "#", localPrefix: $busbar/, remotePrefix: site/ }
`;

function devices(publicKey: string): string {
  return `## Or a file of their own: devices: { file: devices.csv }, with these names as columns.
devices:
  - uid: lamp-0001           # ours, for ever: the subject of its messages
    protocol: oslp
    identification: SSLD-0001
    version: 0.6.1
    publicKey: ${publicKey}
#     address: 10.1.0.1      # where we call it; without it, where it registered from
#     port: 12122
#     expectEvery: 15min     # silence after which it counts as stalled
`;
}

const REST = `## Programs run at a change of role, without a shell; an exit code that is not 0 is logged.
# hooks:
#   promote: { command: [/usr/lib/busbar/vip, up], timeout: 5s }
#   demote: { command: [/usr/lib/busbar/vip, down], timeout: 5s }
#   fault: { command: [/usr/bin/logger, busbar fault], timeout: 5s }

## The process that turns a hang into a crash.
# supervisor:
#   silentFor: 300ms
#   restartAfter: 1s
#   maxRestartAfter: 30s

## Without a token, requests that change something are taken from this host only.
# ops:
#   token: { file: keys/ops-token }
#   maxTaps: 8

# log:
#   level: info              # trace, debug, info, warn, error
#   format: auto             # auto, json, pretty
`;
