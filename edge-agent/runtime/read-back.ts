import type { Verifier } from "../commands/carry-ports.ts";
import type { Command } from "../model/command.ts";
import type { GroupWork } from "./group-work.ts";
import type { ProtocolService } from "./protocol-service.ts";

/** Reads back through the protocol that has the device, over connections of this reign. */
export function verifierOf(
  around: { readonly serviceOf: (device: string) => ProtocolService | undefined },
  work: Pick<GroupWork, "execute">,
): Verifier {
  // A reading changes nothing: it begins nothing in the ledger. That we still may act is asked for every write.
  const read = (command: Command) => work.execute(command, async () => {});
  const of = ({ device }: Command): Verifier | undefined => around.serviceOf(device)?.verifier?.(read);
  return {
    verifiable: (command) => of(command)?.verifiable(command) ?? false,
    verify: async (command, record, signal) =>
      (await of(command)?.verify(command, record, signal)) ?? { found: "unclear", fault: undefined },
  };
}
