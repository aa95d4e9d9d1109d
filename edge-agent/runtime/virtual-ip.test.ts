import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runHook } from "./hook-run.ts";

const HOOK = join(import.meta.dirname, "../../deploy/hooks/virtual-ip");

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "busbar-vip-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** An `ip` that keeps addresses in a file, and an `arping` that writes down what it was asked for. */
function fakes(arpingVersion: string = "arping from iputils 20221126"): void {
  const program = (name: string, text: string): void =>
    writeFileSync(join(dir, name), `#!/bin/bash\n${text}`, { mode: 0o755 });
  writeFileSync(join(dir, "addresses"), "");
  program(
    "ip",
    `cd ${dir}
echo "ip $*" >> calls
case "$*" in
  "link show dev eth0") exit 0 ;;
  "link show dev "*) exit 1 ;;
  *"addr show dev eth0 to "*) while read -r one; do [ "\${one%/*}" = "\${@: -1}" ] && echo "2: eth0 inet $one scope global eth0"; done < addresses; exit 0 ;;
  *"addr add "*) echo "$4" >> addresses; [ ! -e broken ] ;;
  *"addr del "*) grep -vxF "$4" addresses > left || true; mv left addresses ;;
  *) exit 2 ;;
esac
`,
  );
  program("arping", `[ "$1" = -V ] && { echo "${arpingVersion}"; exit 0; }\necho "arping $*" >> ${dir}/calls\n`);
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const path = `${dir}:${process.env["PATH"] ?? ""}`;
  const ended = spawnSync(HOOK, [...args], { env: { PATH: path, ...env }, encoding: "utf8" });
  return { code: ended.status, out: ended.stdout.trim(), err: ended.stderr.trim() };
}

const changes = (): string[] =>
  readFileSync(join(dir, "calls"), "utf8")
    .split("\n")
    .filter((line) => / addr (add|del) |^arping/.test(line));
const addresses = (): string => readFileSync(join(dir, "addresses"), "utf8").trim();

describe("the virtual-ip hook", () => {
  it("brings the address with a promotion and announces it", () => {
    fakes();
    const { code, out } = run(["10.1.0.5/24", "eth0"], { BUSBAR_EVENT: "promote" });
    expect({ code, out }).toEqual({ code: 0, out: "10.1.0.5 is served here" });
    expect(changes()).toEqual(["ip -4 addr add 10.1.0.5/24 dev eth0", "arping -q -U -c 2 -w 1 -I eth0 10.1.0.5"]);
  });

  it("speaks the other arping's words too", () => {
    fakes("ARPing 2.23");
    run(["10.1.0.5/24", "eth0"], { BUSBAR_EVENT: "promote" });
    expect(changes().at(-1)).toBe("arping -q -U -c 2 -i eth0 -S 10.1.0.5 10.1.0.5");
  });

  it("may be repeated in both directions", () => {
    fakes();
    for (const [event, held] of [
      ["promote", "10.1.0.5/24"],
      ["promote", "10.1.0.5/24"],
      ["demote", ""],
      ["demote", ""],
    ] as const) {
      expect(run(["10.1.0.5/24", "eth0"], { BUSBAR_EVENT: event }).code).toBe(0);
      expect(addresses()).toBe(held);
    }
    expect(changes().filter((line) => line.startsWith("ip"))).toEqual([
      "ip -4 addr add 10.1.0.5/24 dev eth0",
      "ip -4 addr del 10.1.0.5/24 dev eth0",
    ]);
  });

  it("takes away the address under whatever prefix it is there, and no other one", () => {
    fakes();
    writeFileSync(join(dir, "addresses"), "10.1.0.50/24\n10.1.0.5/32\n");
    run(["10.1.0.5/24", "eth0"], { BUSBAR_EVENT: "demote" });
    expect(addresses()).toBe("10.1.0.50/24");
  });

  it("fails where the address could not be set", () => {
    fakes();
    writeFileSync(join(dir, "broken"), "");
    expect(run(["10.1.0.5/24", "eth0"], { BUSBAR_EVENT: "promote" }).code).not.toBe(0);
  });

  it("changes nothing in a rehearsal", () => {
    fakes();
    const { code, out } = run(["10.1.0.5/24", "eth0"], { BUSBAR_EVENT: "promote", BUSBAR_VIP_DRY_RUN: "1" });
    expect(code).toBe(0);
    expect(out).toContain("would run: ip -4 addr add 10.1.0.5/24 dev eth0");
    expect(changes()).toEqual([]);
  });

  it.each([
    [["10.1.0.5", "eth0"], 1, "is not ADDRESS/PREFIX"],
    [["10.1.0.5/33", "eth0"], 1, "longer than 32"],
    [["10.1.0.5/24; reboot", "eth0"], 1, "is not ADDRESS/PREFIX"],
    [["10.1.0.5/24", "-eth0"], 1, "is not an interface"],
    [["10.1.0.5/24", "eth9"], 1, "there is no interface eth9"],
    [["10.1.0.5/24"], 64, "usage"],
  ] as const)("refuses %j", (args, code, text) => {
    fakes();
    const ended = run(args, { BUSBAR_EVENT: "promote" });
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(text);
    expect(existsSync(join(dir, "calls")) ? changes() : []).toEqual([]);
  });

  it("is nothing to do at a fault", () => {
    fakes();
    expect(run(["10.1.0.5/24", "eth0"], { BUSBAR_EVENT: "fault" }).code).toBe(64);
  });

  const canUnshare = spawnSync("unshare", ["-n", "ip", "link", "set", "lo", "up"]).status === 0;
  it.runIf(canUnshare)("moves a real address in a network namespace", async () => {
    const lines = ["promote", "promote", "demote", "demote"].map(
      (event) => `BUSBAR_EVENT=${event} ${HOOK} 10.1.0.5/24 lo && ip -4 -o addr show dev lo | grep -c 10.1.0.5/24`,
    );
    const end = await runHook(
      { command: ["unshare", "-n", "bash", "-c", `ip link set lo up; ${lines.join("; ")}; true`], timeoutMs: 10_000 },
      {},
    );
    expect(end.output.split("\n").filter((line) => /^\d$/.test(line))).toEqual(["1", "1", "0", "0"]);
  });
});
