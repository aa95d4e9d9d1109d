import { BlockList, isIP } from "node:net";

/** An address, or all that begin with its first bits. */
export interface Network {
  readonly address: string;
  readonly family: "ipv4" | "ipv6";
  readonly bits: number;
}

/** `10.0.0.7`, `10.20.0.0/16`, `2001:db8::/32`; `undefined` for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const [address = "", prefix, more] = text.trim().split("/");
  const version = isIP(address);
  if (version === 0 || more !== undefined) return undefined;
  const longest = version === 4 ? 32 : 128;
  const bits = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (!(bits >= 0 && bits <= longest)) return undefined;
  return { address, family: version === 4 ? "ipv4" : "ipv6", bits };
}

/** Whether an address is in one of them; addresses of IPv4 that came in as IPv6 count as what they are. */
export function networkTest(networks: readonly Network[]): (address: string) => boolean {
  const list = new BlockList();
  for (const { address, family, bits } of networks) list.addSubnet(address, bits, family);
  return (address) => {
    const plain = address.replace(/^::ffff:/i, "");
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 4 ? "ipv4" : "ipv6");
  };
}
