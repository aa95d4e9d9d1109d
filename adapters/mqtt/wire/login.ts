import { EdgeError } from "../../kit/edge-error.ts";
import { mqttFault } from "../mqtt-fault.ts";
import type { DeviceDirectory, ListedDevice } from "./listener-settings.ts";
import type { Passwords } from "./passwords.ts";

/** What a CONNECT brings to prove who it is. */
export interface Login {
  readonly clientId: string;
  readonly certificate: string | undefined;
  readonly username: string | undefined;
  readonly password: Uint8Array | undefined;
  readonly anonymous: boolean;
}

/**
 * The device behind a CONNECT. The certificate decides where there is one, else the password; the client id only names the
 * session, and must be the device's own: with it one device would throw another out. Rejects with `mqtt.client.*`.
 */
export async function admit(
  login: Login,
  directory: DeviceDirectory,
  passwords: Passwords | undefined,
): Promise<ListedDevice> {
  const device = await prove(login, directory, passwords);
  if (login.clientId !== device.identification) {
    throw mqttFault("mqtt.client.theft", `device ${device.uid} connects with a client id that is not its own`);
  }
  if (!device.served)
    throw mqttFault("mqtt.client.not-served", `device ${device.uid} is not served by this agent`, {
      blame: "us",
      retry: "backoff",
    });
  return device;
}

async function prove(
  login: Login,
  directory: DeviceDirectory,
  passwords: Passwords | undefined,
): Promise<ListedDevice> {
  const { certificate, username, password, clientId, anonymous } = login;
  if (certificate !== undefined)
    return directory.byCertificate(certificate) ?? unknown("the certificate names no device of ours");
  if (username !== undefined && passwords !== undefined) {
    if (!(await passwords.verify(username, password ?? new Uint8Array(0))))
      throw mqttFault("mqtt.client.password", "unknown user or wrong password");
    return directory.byUsername(username) ?? unknown("the user is no device of ours");
  }
  if (!anonymous) unknown("neither a certificate nor a password");
  return directory.byClientId(clientId) ?? unknown("the client id is no device of ours");
}

function unknown(message: string): never {
  throw mqttFault("mqtt.client.unknown", message);
}

/** CONNACK return codes (MQTT 3.1.1, 3.2.2.3). */
export function returnCodeOf(fault: unknown): 2 | 3 | 4 | 5 {
  if (!(fault instanceof EdgeError)) return 3;
  switch (fault.code) {
    case "mqtt.client.theft":
      return 2;
    case "mqtt.client.password":
      return 4;
    case "mqtt.client.unknown":
      return 5;
    default:
      return 3;
  }
}
