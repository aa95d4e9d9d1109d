/** A TCP conversation as a capture file (libpcap), for whoever wants to look at it with other eyes. */
export class Capture {
  readonly #records: Uint8Array[] = [];
  readonly #sequence = { client: 1_000, server: 5_000 };
  #at = 1_795_219_200;

  /** One segment on its way; long ones are cut as a network would. */
  segment(from: "client" | "server", bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += SEGMENT) this.#one(from, bytes.subarray(at, at + SEGMENT));
  }

  get file(): Uint8Array {
    const head = new DataView(new ArrayBuffer(24));
    head.setUint32(0, 0xa1b2c3d4);
    head.setUint16(4, 2);
    head.setUint16(6, 4);
    head.setUint32(16, 65_535);
    head.setUint32(20, LINK_ETHERNET);
    const parts = [new Uint8Array(head.buffer), ...this.#records];
    return Uint8Array.from(parts.flatMap((part) => [...part]));
  }

  #one(from: "client" | "server", payload: Uint8Array): void {
    const to = from === "client" ? "server" : "client";
    const packet = new DataView(new ArrayBuffer(16 + 14 + 20 + 20 + payload.length));
    const length = 54 + payload.length;
    packet.setUint32(0, this.#at++);
    packet.setUint32(8, length);
    packet.setUint32(12, length);
    const ethernet = 16;
    packet.setUint16(ethernet + 12, 0x0800);
    const ip = ethernet + 14;
    packet.setUint16(ip, 0x4500);
    packet.setUint16(ip + 2, length - 14);
    packet.setUint16(ip + 8, 0x4006);
    packet.setUint32(ip + 12, ADDRESS[from]);
    packet.setUint32(ip + 16, ADDRESS[to]);
    const tcp = ip + 20;
    packet.setUint16(tcp, PORT[from]);
    packet.setUint16(tcp + 2, PORT[to]);
    packet.setUint32(tcp + 4, this.#sequence[from]);
    packet.setUint32(tcp + 8, this.#sequence[to]);
    packet.setUint16(tcp + 12, 0x5018);
    packet.setUint16(tcp + 14, 0xffff);
    this.#sequence[from] += payload.length;
    const bytes = new Uint8Array(packet.buffer);
    bytes.set(payload, tcp + 20);
    this.#records.push(bytes);
  }
}

const SEGMENT = 1_400;
const LINK_ETHERNET = 1;
const ADDRESS = { client: 0xc0000201, server: 0xc000020a } as const;
const PORT = { client: 40_001, server: 102 } as const;
