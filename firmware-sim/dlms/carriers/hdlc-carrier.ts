import type { HdlcAddress } from "../../../adapters/dlms/hdlc/address.ts";
import { encodeFrame, type HdlcFrame } from "../../../adapters/dlms/hdlc/frame.ts";
import { HdlcFramer } from "../../../adapters/dlms/hdlc/framer.ts";
import { DEFAULT_PARAMETERS, type LinkParameters } from "../../../adapters/dlms/hdlc/negotiation.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { type DurationMs, earliest, type Instant } from "../../../adapters/kit/time.ts";
import { HdlcServerLink, type ServerLinkStep } from "../hdlc/server-link.ts";
import type { Carrier, Heard, Received } from "./carrier.ts";

export interface HdlcCarrierSettings {
  readonly offer?: LinkParameters;
  readonly inactivityMs?: DurationMs;
  /** Octets further apart than this do not belong to one frame: 25 ms in the field, more over TCP. */
  readonly interOctetMs?: DurationMs;
  /** An answer that takes its time: the meter keeps the turn until it has it, or gives it back as not ready (RNR). */
  readonly whileWaiting?: "keeps-turn" | "not-ready";
  /** The physical devices that answer; any where not given. */
  readonly physicalDevice?: number;
}

const INACTIVITY_MS = 120_000;
const INTER_OCTET_MS = 1_000;
/** Links at once on one line; a client beyond them is not answered. */
const LINKS_MAX = 64;
/** One octet of address has no physical device in it; two and four have. */
const CALLING_DEVICE = new Set([0x7e, 0x3ffe]);

interface Link {
  readonly client: number;
  readonly logicalDevice: number;
  readonly link: HdlcServerLink;
}

/** HDLC on a line: one link for each client and logical device that opened one. */
export class HdlcCarrier implements Carrier {
  readonly blocksAtOnce: number = 1;
  readonly #settings: HdlcCarrierSettings;
  readonly #framer = new HdlcFramer({ onCorruption: "resynchronise" });
  readonly #links = new Map<string, Link>();
  #heardAt: Instant | undefined;

  constructor(settings: HdlcCarrierSettings = {}) {
    this.#settings = settings;
  }

  get pending(): number {
    return this.#framer.pending;
  }

  get wakeAt(): Instant | undefined {
    return earliest(...[...this.#links.values()].map(({ link }) => link.wakeAt));
  }

  receive(chunk: Uint8Array, now: Instant): Received {
    const frames: HdlcFrame[] = [];
    const { interOctetMs } = this.#settings;
    if (this.#heardAt !== undefined && now - this.#heardAt > (interOctetMs ?? INTER_OCTET_MS)) {
      frames.push(...this.#framer.giveUpHeld().frames);
    }
    this.#heardAt = now;
    const cut = this.#framer.cut(chunk);
    frames.push(...cut.frames);
    return { heard: frames.flatMap((frame) => this.#take(frame, now)), fault: cut.fault };
  }

  send(to: Heard, apdu: Uint8Array): readonly Uint8Array[] {
    return unitsOf(this.#links.get(key(to))?.link.send(apdu));
  }

  nothing(to: Heard): readonly Uint8Array[] {
    return unitsOf(this.#links.get(key(to))?.link.pass());
  }

  later(to: Heard): readonly Uint8Array[] {
    return this.#settings.whileWaiting === "not-ready" ? unitsOf(this.#links.get(key(to))?.link.holdOff()) : [];
  }

  wake(now: Instant): Received {
    const heard: Heard[] = [];
    for (const one of this.#links.values()) heard.push(...this.#heardOf(one, one.link.wake(now)));
    return { heard, fault: undefined };
  }

  #take(frame: HdlcFrame, now: Instant): Heard[] {
    const { physicalDevice } = this.#settings;
    const { destination, source } = frame;
    const isMeant =
      destination.size === 1 ||
      physicalDevice === undefined ||
      destination.lower === physicalDevice ||
      CALLING_DEVICE.has(destination.lower);
    if (!isMeant) return [];
    const one = this.#link(source, destination);
    if (one === undefined) return [];
    try {
      return this.#heardOf(one, one.link.take(frame, now));
    } catch (thrown) {
      // Octets that are no APDU, or parameters that are none: as if the frame had not come.
      if (thrown instanceof EdgeError) return [];
      throw thrown;
    }
  }

  #link(client: HdlcAddress, server: HdlcAddress): Link | undefined {
    const name = `${client.upper}:${server.upper}`;
    const known = this.#links.get(name);
    if (known !== undefined || this.#links.size >= LINKS_MAX) return known;
    const settings = {
      offer: this.#settings.offer ?? DEFAULT_PARAMETERS,
      inactivityMs: this.#settings.inactivityMs ?? INACTIVITY_MS,
    };
    const made = {
      client: client.upper,
      logicalDevice: server.upper,
      link: new HdlcServerLink(client, server, settings),
    };
    this.#links.set(name, made);
    return made;
  }

  #heardOf({ client, logicalDevice }: Link, step: ServerLinkStep): Heard[] {
    const heard: Heard[] = [];
    const units = unitsOf(step);
    // A link that is opened anew takes the association on it with it.
    if (step.change !== undefined) heard.push({ kind: "disconnected", client, logicalDevice, units });
    else if (units.length > 0) heard.push({ kind: "frames", client, logicalDevice, units });
    for (const apdu of step.apdus) heard.push({ kind: "apdu", client, logicalDevice, apdu });
    return heard;
  }
}

function unitsOf(step: ServerLinkStep | undefined): readonly Uint8Array[] {
  return (step?.frames ?? []).map(encodeFrame);
}

function key({ client, logicalDevice }: Heard): string {
  return `${client}:${logicalDevice}`;
}
