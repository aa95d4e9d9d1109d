import { CipherKeys } from "../../../adapters/io/node/cipher-keys.ts";
import { NodeTimers } from "../../../adapters/io/node/clock.ts";
import { dial } from "../../../adapters/io/node/dial.ts";
import { dialUdp } from "../../../adapters/io/node/udp.ts";
import { Driver } from "../../../adapters/io/drive.ts";
import { ClientAssociation } from "../../../adapters/dlms/association/client-association.ts";
import type { AssociationOutcome } from "../../../adapters/dlms/association/outcome.ts";
import type { CosemDialogue } from "../../../adapters/dlms/association/services.ts";
import { associationSettings, securitySettings } from "../../../adapters/dlms/association/settings.ts";
import { clientAddress, serverAddress } from "../../../adapters/dlms/hdlc/address.ts";
import { HdlcClientLink } from "../../../adapters/dlms/hdlc/client-link.ts";
import { GENEROUS_PROPOSAL } from "../../../adapters/dlms/hdlc/link-settings.ts";
import { CounterReserve } from "../../../adapters/dlms/security/invocation-counter.ts";
import type { DlmsLink } from "../../../adapters/dlms/transport/link.ts";
import { WrapperLink } from "../../../adapters/dlms/transport/wrapper.ts";
import { SeededRandom } from "../../../adapters/kit/random.ts";
import type { Transport } from "../../../adapters/kit/ports.ts";
import type { FleetMember, FleetPlan } from "./fleet-plan.ts";

const CLIENT_TITLE = Uint8Array.of(0x43, 0x4c, 0x49, 0, 0, 0, 0, 1);

/** Reads one meter of a fleet over a real socket with the product's client: connect, associate, run, release. */
export async function readMeter<Result>(
  plan: FleetPlan,
  member: FleetMember,
  port: number,
  dialogue: CosemDialogue<Result>,
  counters: CounterReserve = new CounterReserve(1),
): Promise<Result> {
  const ciphers = new CipherKeys();
  const client = new ClientAssociation({
    settings: settingsOf(plan, member),
    link: linkOf(plan, member),
    ciphers,
    random: new SeededRandom(5),
    counters,
  });
  const transport: Transport =
    plan.carrier === "udp"
      ? await dialUdp({ host: member.host, port })
      : await dial({ host: member.host, port, timeoutMs: 2_000 });
  let result: { readonly value: Result } | undefined;
  let fault: unknown;
  const take = (outcome: AssociationOutcome): void => {
    if (outcome.kind === "associated") driver.input((now) => client.run(dialogue, now));
    else if (outcome.kind === "counters-wanted") {
      counters.wanted();
      counters.reserved();
      driver.input((now) => client.countersReserved(now));
    } else if (outcome.kind === "completed" || outcome.kind === "failed") {
      if (outcome.kind === "completed") result = { value: outcome.result as Result };
      else fault = outcome.fault;
      driver.input((now) => client.release(now));
    }
  };
  const driver = new Driver<AssociationOutcome>({
    machine: client,
    transport,
    timers: new NodeTimers(),
    permit: () => true,
    take,
  });
  const end = await driver.run();
  if (result !== undefined) return result.value;
  throw fault ?? end;
}

function linkOf(plan: FleetPlan, member: FleetMember): DlmsLink {
  const { logicalDevice } = member.identity;
  if (plan.carrier === "hdlc") {
    const server = serverAddress(logicalDevice, member.physicalDevice);
    return new HdlcClientLink({ client: clientAddress(1), server, proposal: GENEROUS_PROPOSAL });
  }
  const carrier = plan.carrier === "tcp" ? "stream" : "datagram";
  return new WrapperLink({ clientWport: 1, serverWport: logicalDevice, carrier });
}

function settingsOf({ mechanism, policy, suite, referencing = "logical-name" }: FleetPlan, { keys }: FleetMember) {
  const material = { suite, encryptionKey: keys.encryption, authenticationKey: keys.authentication };
  const protection = { authenticated: (policy & 1) !== 0, encrypted: (policy & 2) !== 0 };
  return associationSettings({
    authentication: { mechanism, password: keys.secret, secret: keys.secret, gmac: material },
    security: policy === 0 ? undefined : securitySettings(material, { protection }),
    clientSystemTitle: CLIENT_TITLE,
    referencing,
  });
}
