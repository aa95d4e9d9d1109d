import { Aedes, type AuthenticateError, type Client } from "aedes";
import { type EdgeError, toEdgeError } from "../../kit/edge-error.ts";
import { later } from "../../kit/time.ts";
import { mayPublish, maySubscribe } from "../access.ts";
import { matches } from "../topic.ts";
import type { CommandPublish } from "../command-payload.ts";
import { QOS2_OPEN, TOPIC_BYTES } from "../limits.ts";
import { mqttFault } from "../mqtt-fault.ts";
import { mayPublishAs, maySubscribeAs } from "../sparkplug/access.ts";
import { nameFlaw } from "../topic.ts";
import { Admission } from "./admission.ts";
import type { ListedDevice, ListenerParts } from "./listener-settings.ts";
import { admit, returnCodeOf } from "./login.ts";
import { Pace } from "./pace.ts";
import { PacketGauge } from "./packet-gauge.ts";
import { type Arrival, type OpenSocket, openSocket } from "./sockets.ts";

/** What is kept of one connection. */
interface Conversation {
  readonly client: Client;
  readonly arrival: Arrival;
  readonly pace: Pace;
  device: ListedDevice | undefined;
  /** A reason of ours it was ended for; its will is not a message then. */
  ended: string | undefined;
  readonly subscriptions: Set<string>;
  readonly outgoing: Map<number, (fault: EdgeError | undefined) => void>;
  nextPacketId: number;
  /** Settles when everything held back so far has gone on. */
  heldBack: Promise<void>;
  isHeldBack: boolean;
}

type Packet = Parameters<Aedes["authorizePublish"]>[1];
type Done = (fault: Error | null) => void;

/** Packet identifiers of what we send; aedes would pick its own, and not say which. */
const PACKET_IDS = 65_535;
/** What a PUBLISH has besides topic and payload. */
const HEADER_BYTES = 1_024;
const AGAIN_MS = 250;
/** Packets of one client that are begun together: a connection may hold thousands of short ones. */
const PACKETS_AT_ONCE = 64;

/** Methods of aedes' persistence we listen in on: they are its documented plug, the types leave it open. */
interface Persistence {
  incomingGetPacket(
    client: { readonly id: string },
    packet: { readonly cmd: string; readonly messageId: number },
  ): Promise<unknown>;
  outgoingClearMessageId(client: { readonly id: string }, packet: { readonly messageId: number }): Promise<unknown>;
}

type InnerPublish = (
  packet: unknown,
  client: Client | ((error?: Error | null) => void) | null,
  done?: (error?: Error | null) => void,
) => void;

/**
 * The MQTT server devices connect to: an embedded aedes that keeps nothing. What devices publish is durable elsewhere before
 * it is acknowledged, what goes to them comes from the command queue, and every session is a clean one: what must survive a
 * takeover is in the devices' memories. Devices do not hear each other.
 */
export class MqttListener {
  readonly #parts: ListenerParts;
  readonly #open = new Set<Conversation>();
  /** Also of clients whose stream has closed: aedes speaks of them, and for them, afterwards. */
  readonly #of = new WeakMap<Client, Conversation>();
  /** Connected clients by identification. */
  readonly #connected = new Map<string, Conversation>();
  readonly #admission = new Admission();
  #broker: Aedes | undefined;
  #sockets: OpenSocket[] = [];
  /** The message that is being handed to aedes in this tick, and its packet identifier. */
  #forwarding: number | undefined;
  #isOpen = false;

  constructor(parts: ListenerParts) {
    this.#parts = parts;
  }

  get clients(): number {
    return this.#connected.size;
  }

  *bound(): IterableIterator<{ readonly kind: string; readonly host: string; readonly port: number }> {
    for (const { settings, port } of this.#sockets) yield { kind: settings.kind, host: settings.host, port };
  }

  /** Sockets that do not listen yet, because somebody else has their port. */
  closedSockets(): readonly string[] {
    const open = new Set(this.#sockets.map((socket) => socket.settings));
    return this.#parts.sockets
      .filter((one) => !open.has(one))
      .map((one) => `MQTT (${one.kind}) on ${one.host}:${one.port}`);
  }

  isConnected(identification: string): boolean {
    return this.#connected.has(identification);
  }

  /** Resolves when every socket listens or was found taken; a port in use is tried again until it is free. */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const broker = await this.#makeBroker();
    if (!this.#isOpen) {
      broker.close();
      return;
    }
    this.#broker = broker;
    await Promise.all(this.#parts.sockets.map((settings) => this.#openOne(settings, true)));
  }

  /** Stops listening and ends every connection; wills of those who were connected are not taken for their deaths. */
  async close(reason: string): Promise<void> {
    this.#isOpen = false;
    const broker = this.#broker;
    this.#broker = undefined;
    const sockets = this.#sockets;
    this.#sockets = [];
    for (const one of this.#open) one.ended ??= reason;
    await Promise.all(sockets.map((socket) => socket.close()));
    await new Promise<void>((resolve) => (broker === undefined ? resolve() : broker.close(() => resolve())));
  }

  /** Ends the connections of some devices, which another agent serves from now on. */
  disconnect(reason: string, which: (device: ListedDevice) => boolean): void {
    for (const one of [...this.#open]) {
      if (one.device !== undefined && !which(one.device)) continue;
      this.#end(one, reason);
    }
  }

  /**
   * Publishes to a device that is connected and has subscribed to the topic. Resolves with its acknowledgement, or when
   * written for QoS 0; rejects with `mqtt.command.*`.
   */
  async send(device: ListedDevice, message: CommandPublish, begin: () => Promise<void>): Promise<void> {
    this.#reach(device, message.topic);
    await begin();
    // It may have left while we waited.
    const one = this.#reach(device, message.topic);
    if (!this.#parts.desk.permit(device)) throw offline(device, "this agent no longer serves it");
    await this.#publish(one, message);
  }

  #reach(device: ListedDevice, topic: string): Conversation {
    const one = this.#connected.get(device.identification);
    if (one === undefined) throw offline(device, "it is not connected");
    if (![...one.subscriptions].some((filter) => matches(filter, topic)))
      throw offline(device, "it has not subscribed to its commands");
    if (one.outgoing.size >= this.#parts.limits.outgoing)
      throw offline(device, "it has not acknowledged what was sent before");
    return one;
  }

  #publish(one: Conversation, { topic, payload, qos }: CommandPublish): Promise<void> {
    const packetId = this.#freePacketId(one);
    const packet = { cmd: "publish", topic, payload: Buffer.from(payload), qos, retain: false, dup: false } as const;
    return new Promise((resolve, reject) => {
      const finish = (fault: EdgeError | undefined): void => {
        one.outgoing.delete(packetId);
        if (fault === undefined) resolve();
        else reject(fault);
      };
      one.outgoing.set(packetId, finish);
      this.#forwarding = packetId;
      one.client.publish(packet, (error) => {
        if (error !== undefined && error !== null) finish(unanswered(error));
        else if (qos === 0) finish(undefined);
      });
      this.#forwarding = undefined;
    });
  }

  #freePacketId(one: Conversation): number {
    do one.nextPacketId = (one.nextPacketId % PACKET_IDS) + 1;
    while (one.outgoing.has(one.nextPacketId));
    return one.nextPacketId;
  }

  async #openOne(settings: ListenerParts["sockets"][number], isFirst: boolean): Promise<void> {
    const { note, desk, timers } = this.#parts;
    if (!this.#isOpen) return;
    try {
      const socket = await openSocket(settings, {
        accepted: () => this.#admission.accepted(),
        arrived: (arrival) => this.#arrived(arrival),
        turnedAway: (peer, why) =>
          desk.refused(undefined, peer, mqttFault("mqtt.client.unknown", `the TLS handshake failed: ${why}`)),
      });
      if (!this.#isOpen) return await socket.close();
      this.#sockets.push(socket);
      note(
        "info",
        `MQTT (${settings.kind}${settings.tls === undefined ? "" : ", TLS"}) listens on ${settings.host}:${socket.port}`,
      );
    } catch (thrown) {
      const fault = toEdgeError(thrown, "transport.failed");
      if (isFirst) note("warn", `MQTT cannot listen yet: ${fault.message}`);
      timers.at(later(timers.now(), AGAIN_MS), () => void this.#openOne(settings, false));
    }
  }

  async #makeBroker(): Promise<Aedes> {
    const { limits } = this.#parts;
    const broker = await Aedes.createBroker({
      concurrency: Math.max(100, limits.clients),
      connectTimeout: limits.connectMs,
      drainTimeout: limits.drainMs,
      keepaliveLimit: limits.keepAliveS,
      maxTopicLevels: limits.topicLevels,
      maxInflightInbound: QOS2_OPEN,
      preConnect: (client, packet, done) => {
        // Sessions live in the device's memory, never in a broker one agent has alone.
        packet.clean = true;
        done(null, this.#of.has(client));
      },
      authenticate: (client, username, password, done) => {
        this.#authenticate(client, username, password).then(
          () => done(null, true),
          (fault: Error) => done(Object.assign(fault, { returnCode: returnCodeOf(fault) }) as AuthenticateError, false),
        );
      },
      authorizePublish: (client, packet, done) => {
        try {
          this.#take(client, packet, done);
        } catch (thrown) {
          // Never from within the parser that is still at the packet.
          process.nextTick(done, thrown);
        }
      },
      authorizeSubscribe: (client, subscription, done) =>
        done(null, this.#subscribes(client, subscription.topic) ? subscription : null),
      authorizeForward: (_client, packet) => {
        if (this.#forwarding === undefined) return null;
        return Object.assign(packet, { messageId: this.#forwarding });
      },
    });
    this.#listenIn(broker);
    this.#keepToOurselves(broker);
    return broker;
  }

  /** Nobody subscribes to what devices say: what aedes would do to find that out, for every message, is left out. */
  #keepToOurselves(broker: Aedes): void {
    const inner = broker as unknown as { publish: InnerPublish };
    const publish = inner.publish.bind(broker);
    inner.publish = (packet, client, done) => {
      if (typeof client === "object" && client !== null) done?.(null);
      else publish(packet, client, done);
    };
  }

  #listenIn(broker: Aedes): void {
    const persistence = (broker as unknown as { readonly persistence: Persistence }).persistence;
    const get = persistence.incomingGetPacket.bind(persistence);
    persistence.incomingGetPacket = async (client, packet) => {
      if (packet.cmd === "pubrel") {
        const one = this.#connected.get(client.id);
        if (one?.device !== undefined) await this.#parts.desk.released(one.device, packet.messageId);
      }
      return await get(client, packet);
    };
    persistence.outgoingClearMessageId = async (client, packet) => {
      this.#connected.get(client.id)?.outgoing.get(packet.messageId)?.(undefined);
    };
    broker.on("clientReady", (client) => this.#ready(client));
    broker.on("clientDisconnect", (client) => this.#gone(client));
    broker.on("keepaliveTimeout", (client) => {
      const one = this.#of.get(client);
      if (one !== undefined) one.ended ??= "keep-alive timeout";
    });
    broker.on("clientError", (client, error) => this.#failed(client, error));
    broker.on("connectionError", (client, error) => this.#failed(client, error));
    broker.on("unsubscribe", (filters, client?: Client) => {
      const one = client === undefined ? undefined : this.#of.get(client);
      for (const filter of filters) one?.subscriptions.delete(filter);
    });
  }

  #arrived(arrival: Arrival): void {
    const { limits, desk, timers } = this.#parts;
    const broker = this.#broker;
    const { stream, peer } = arrival;
    if (broker === undefined || this.#open.size >= limits.clients) {
      desk.refused(
        undefined,
        peer,
        mqttFault("mqtt.client.limit", `more than ${limits.clients} clients`, { blame: "operator" }),
      );
      stream.destroy();
      return;
    }
    const client = broker.handle(stream, arrival.request);
    const one: Conversation = {
      client,
      arrival,
      pace: new Pace(limits.messagesPerSecond, timers.now()),
      device: undefined,
      ended: undefined,
      subscriptions: new Set(),
      outgoing: new Map(),
      nextPacketId: 0,
      heldBack: Promise.resolve(),
      isHeldBack: false,
    };
    this.#of.set(client, one);
    this.#open.add(one);
    stream.once("close", () => this.#open.delete(one));
    this.#measure(one);
  }

  /**
   * aedes pulls what has come with `read`: there every packet is measured before it is parsed. It parses all it is given in one
   * turn, and pulls again when that is done with: of one client so many packets at a time, and then others have theirs.
   * Nothing is pulled while somebody comes in.
   */
  #measure(one: Conversation): void {
    const { stream, peer } = one.arrival;
    const { limits, desk } = this.#parts;
    const gauge = new PacketGauge(limits.payloadBytes + TOPIC_BYTES + HEADER_BYTES);
    const read = stream.read.bind(stream);
    const readAgain = (): void => {
      stream.emit("readable");
    };
    stream.read = (size?: number): unknown => {
      // 0 takes nothing: the stream sees to its own buffer with it.
      if (size !== 0 && this.#admission.holds(readAgain)) return null;
      const bytes: unknown = read(size);
      if (!(bytes instanceof Uint8Array)) return bytes;
      const whole = gauge.take(bytes, PACKETS_AT_ONCE);
      if (whole === bytes.length) return bytes;
      if (whole !== undefined) {
        stream.unshift(bytes.subarray(whole));
        return bytes.subarray(0, whole);
      }
      const fault = mqttFault(
        "mqtt.client.packet-size",
        `a packet of more than ${limits.payloadBytes} bytes of payload`,
      );
      desk.refused(one.device, peer, fault);
      this.#end(one, fault.code);
      return null;
    };
  }

  async #authenticate(client: Client, username: string | undefined, password: Uint8Array | undefined): Promise<void> {
    const { directory, passwords, sameClientId, desk } = this.#parts;
    const one = this.#of.get(client);
    if (one === undefined) throw mqttFault("mqtt.client.not-served", "the connection has ended", { retry: "backoff" });
    const { certificate, anonymous, peer } = one.arrival;
    try {
      const device = await admit(
        { clientId: client.id, certificate, username, password, anonymous },
        directory,
        passwords,
      );
      if (sameClientId === "refuse" && this.#connected.has(device.identification)) {
        throw mqttFault("mqtt.client.theft", `device ${device.uid} is connected already`);
      }
      if (!desk.permit(device))
        throw mqttFault("mqtt.client.not-served", `device ${device.uid} is not served by this agent`, {
          blame: "us",
          retry: "backoff",
        });
      one.device = device;
    } catch (thrown) {
      const fault = toEdgeError(thrown, "mqtt.client.protocol");
      desk.refused(undefined, peer, fault);
      one.ended = fault.code;
      throw fault;
    }
  }

  #ready(client: Client): void {
    const one = this.#of.get(client);
    if (one?.device === undefined) return;
    this.#connected.set(one.device.identification, one);
    this.#parts.desk.connected(one.device, one.arrival.peer);
  }

  #gone(client: Client): void {
    const one = this.#of.get(client);
    if (one?.device === undefined) return;
    const { identification } = one.device;
    for (const finish of [...one.outgoing.values()]) finish(unanswered("the connection ended"));
    if (this.#connected.get(identification) !== one) return;
    this.#connected.delete(identification);
    this.#parts.desk.disconnected(one.device, one.ended ?? "the connection ended");
  }

  #failed(client: Client, error: Error): void {
    const one = this.#of.get(client);
    if (one === undefined || one.ended !== undefined) return;
    // An errno is the network's, a fault of ours has been told already; the rest is what the client sent.
    if ("code" in error) {
      one.ended = String(error.code);
      return;
    }
    const fault = mqttFault("mqtt.client.protocol", `what it sent cannot be read as MQTT: ${error.message}`, {
      cause: error,
    });
    one.ended = fault.code;
    this.#parts.desk.refused(one.device, one.arrival.peer, fault);
  }

  #end(one: Conversation, reason: string): void {
    one.ended ??= reason;
    one.arrival.stream.destroy();
    one.client.close();
  }

  #subscribes(client: Client, filter: string): boolean {
    const one = this.#of.get(client);
    if (one?.device === undefined) return false;
    const { device } = one;
    const isForNode = device.sparkplug !== undefined && maySubscribeAs(device.sparkplug, filter);
    if (isForNode || maySubscribe(this.#parts.access, device.identification, filter)) {
      one.subscriptions.add(filter);
      this.#parts.desk.subscribed(device, filter);
      return true;
    }
    this.#parts.desk.refused(
      one.device,
      one.arrival.peer,
      mqttFault("mqtt.access.denied", `device ${one.device.uid} may subscribe to its own commands only`),
    );
    return false;
  }

  /** A PUBLISH, or a will. What it throws, or is done with, closes the connection without an acknowledgement. */
  #take(client: Client | null, packet: Packet, done: Done): void {
    if (client === null) {
      done(null);
      return;
    }
    const one = this.#of.get(client);
    if (one?.device === undefined) throw mqttFault("mqtt.client.not-served", "the connection has ended");
    const { device } = one;
    const { access, limits } = this.#parts;
    const isWill = client.closed;
    if (isWill && one.ended !== undefined && !this.#isOwnDeath(one.ended))
      throw mqttFault("mqtt.client.not-served", "the connection was ended by us");
    const flaw = nameFlaw(packet.topic);
    const denied =
      flaw !== undefined
        ? mqttFault("mqtt.topic.invalid", `a topic name that cannot be taken: ${flaw}`)
        : !mayPublish(access, device.identification, packet.topic) && !isOfNode(device, packet.topic)
          ? mqttFault("mqtt.access.denied", `device ${device.uid} may publish under its own topics only`)
          : packet.payload.length > limits.payloadBytes
            ? mqttFault("mqtt.client.packet-size", `a payload of more than ${limits.payloadBytes} bytes`)
            : undefined;
    if (denied !== undefined) throw this.#refuse(one, denied);
    const heldBack = isWill ? undefined : this.#paced(one);
    if (heldBack === undefined) this.#store(device, packet, isWill, done);
    else heldBack.then(() => this.#store(device, packet, isWill, done)).catch(done);
  }

  /** One callback and not a chain of promises: this is done for every message there is. */
  #store(device: ListedDevice, packet: Packet, isWill: boolean, done: Done): void {
    const { desk } = this.#parts;
    const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
    const { topic, qos, retain } = packet;
    // Nobody subscribes to what devices say: there is nothing to retain it for.
    packet.retain = false;
    const packetId = qos === 2 && !isWill ? packet.messageId : undefined;
    desk.take(device, { topic, payload, qos, retain, by: device.identification }, packetId).then(
      () =>
        done(
          isWill || desk.permit(device)
            ? null
            : mqttFault("mqtt.client.not-served", "this agent no longer serves the device"),
        ),
      (fault: Error) => done(fault),
    );
  }

  /** Whether the client died by itself, so that its will speaks. */
  #isOwnDeath(reason: string): boolean {
    return reason === "keep-alive timeout" || /^E[A-Z]+$/.test(reason);
  }

  #refuse(one: Conversation, fault: EdgeError): EdgeError {
    this.#parts.desk.refused(one.device, one.arrival.peer, fault);
    one.ended ??= fault.code;
    return fault;
  }

  /** What a message waits for before it is taken; `undefined`: nothing. */
  #paced(one: Conversation): Promise<void> | undefined {
    const { timers, limits } = this.#parts;
    const waitMs = one.pace.take(timers.now());
    if (waitMs === 0) return one.isHeldBack ? one.heldBack : undefined;
    if (waitMs > limits.heldBackMs) {
      throw this.#refuse(
        one,
        mqttFault(
          "mqtt.client.flood",
          `more than ${limits.messagesPerSecond} messages a second, for longer than it can be held back`,
        ),
      );
    }
    const waited = new Promise<void>((resolve) => {
      timers.at(later(timers.now(), waitMs), resolve);
    });
    // Two timers may fire in either order where the loop was late: messages of a client keep theirs.
    const heldBack = one.heldBack.then(() => waited);
    one.heldBack = heldBack;
    one.isHeldBack = true;
    void heldBack.then(() => {
      if (one.heldBack === heldBack) one.isHeldBack = false;
    });
    return heldBack;
  }
}

function isOfNode({ sparkplug }: ListedDevice, topic: string): boolean {
  return sparkplug !== undefined && mayPublishAs(sparkplug, topic);
}

function offline(device: ListedDevice, why: string): EdgeError {
  return mqttFault("mqtt.command.offline", `device ${device.uid} cannot be reached: ${why}`, { retry: "backoff" });
}

function unanswered(cause: unknown): EdgeError {
  return mqttFault("mqtt.command.unanswered", "the device did not acknowledge before its connection ended", {
    retry: "backoff",
    cause,
  });
}
