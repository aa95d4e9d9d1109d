import { describe, expect, it } from "vitest";
import { readUsers } from "./users.ts";

describe("the password file", () => {
  it("is what mosquitto_passwd writes", () => {
    const users = readUsers("# meters\nTST-01:$7$101$c2FsdA==$aGFzaA==\r\n\nold:$6$c2FsdA==$aGFzaA==\n");
    expect(users.get("TST-01")).toEqual({ kind: "pbkdf2-sha512", iterations: 101, salt: "c2FsdA==", hash: "aGFzaA==" });
    expect(users.get("old")?.kind).toBe("sha512");
  });

  it.each([
    "name:plaintext",
    ":$7$1$c2FsdA==$aGFzaA==",
    "name",
    "name:$7$0$c2FsdA==$aGFzaA==",
    "name:$7$9999999$c2FsdA==$aGFzaA==",
  ])("refuses %s with its line and without its content", (line) => {
    expect(() => readUsers(`\n${line}`)).toThrowError(/^line 2 of the password file/);
  });
});
