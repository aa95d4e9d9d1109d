import { mqttFault } from "./mqtt-fault.ts";

/** How a password is kept, as `mosquitto_passwd` writes it: `$7$` PBKDF2 with SHA-512, `$6$` one salted SHA-512. */
export interface PasswordHash {
  readonly kind: "pbkdf2-sha512" | "sha512";
  readonly iterations: number;
  /** Base64. */
  readonly salt: string;
  /** Base64. */
  readonly hash: string;
}

export const USERS_MAX = 200_000;
export const ITERATIONS_MAX = 1_000_000;
const PBKDF2 = /^\$7\$(\d{1,7})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;
const SHA512 = /^\$6\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;

/** The users of a password file: `name:$7$iterations$salt$hash`, one a line. Throws `mqtt.users.unreadable` with the line, never its content. */
export function readUsers(text: string): ReadonlyMap<string, PasswordHash> {
  const users = new Map<string, PasswordHash>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    const hash = readHash(line.slice(colon + 1).trim());
    if (colon < 1 || hash === undefined) throw unreadable(index + 1, "not name:$7$… as mosquitto_passwd writes it");
    users.set(line.slice(0, colon), hash);
    if (users.size > USERS_MAX) throw unreadable(index + 1, `more than ${USERS_MAX} users`);
  }
  return users;
}

function readHash(text: string): PasswordHash | undefined {
  const slow = PBKDF2.exec(text);
  if (slow !== null) {
    const iterations = Number(slow[1]);
    if (iterations < 1 || iterations > ITERATIONS_MAX) return undefined;
    return { kind: "pbkdf2-sha512", iterations, salt: slow[2] ?? "", hash: slow[3] ?? "" };
  }
  const quick = SHA512.exec(text);
  return quick === null ? undefined : { kind: "sha512", iterations: 1, salt: quick[1] ?? "", hash: quick[2] ?? "" };
}

function unreadable(line: number, why: string): Error {
  return mqttFault("mqtt.users.unreadable", `line ${line} of the password file is ${why}`, { blame: "operator" });
}
