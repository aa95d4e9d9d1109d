import { type DialSettings, dial } from "../../adapters/io/node/dial.ts";
import { type ListenSettings, listen } from "../../adapters/io/node/listen.ts";
import type { Transport } from "../../adapters/kit/ports.ts";

/** The network as an agent uses it: sockets in the field, a seeded twin in simulation. */
export interface Network {
  /** Rejects with a `transport.*` EdgeError. */
  dial(settings: DialSettings): Promise<Transport>;
  listen(settings: Omit<ListenSettings, "onTransport"> & ForTransports): Promise<NetworkListener>;
}

export interface ForTransports {
  readonly onTransport: (transport: Transport) => void;
}

export interface NetworkListener {
  readonly port: number;
  /** Stops listening and cuts what is open. */
  close(): Promise<void>;
}

export const NODE_NETWORK: Network = { dial, listen };
