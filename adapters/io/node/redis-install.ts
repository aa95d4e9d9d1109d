import { EdgeError } from "../../kit/edge-error.ts";

/** What decides whether we may install a package here, and how. */
export interface Surroundings {
  readonly platform: string;
  /** The text of `/etc/os-release`, empty where there is none. */
  readonly osRelease: string;
  readonly root: boolean;
  /** `sudo` answers without asking for a password. */
  readonly sudo: boolean;
}

export type InstallPlan =
  | { readonly kind: "install"; readonly command: readonly [string, ...string[]] }
  | { readonly kind: "tell"; readonly fault: EdgeError };

/** Debian and Ubuntu are installed on by us; everywhere else the operator gets the one command that does it. */
export function planInstall(here: Surroundings): InstallPlan {
  if (here.platform === "linux" && isDebianLike(here.osRelease)) {
    const script = installScript("redis-server");
    if (here.root) return { kind: "install", command: ["sh", "-c", script] };
    if (here.sudo) return { kind: "install", command: ["sudo", "-n", "sh", "-c", script] };
  }
  return { kind: "tell", fault: missing(commandFor(here)) };
}

/** The one command, for a person to run. */
export function commandFor(here: Surroundings): string {
  if (here.platform === "darwin") return "brew install redis";
  if (isDebianLike(here.osRelease)) return "sudo apt-get update && sudo apt-get install -y redis-server";
  const ids = idsOf(here.osRelease);
  if (ids.some((id) => ["fedora", "rhel", "centos"].includes(id)))
    return "sudo dnf install -y redis || sudo dnf install -y valkey";
  if (ids.includes("alpine")) return "sudo apk add redis";
  return "install redis-server or valkey-server 7 or later with your package manager";
}

export function missing(command: string, cause?: unknown): EdgeError {
  return new EdgeError({
    code: "config.redis-server.missing",
    blame: "operator",
    retry: "never",
    message: `no redis-server (or valkey-server) on the PATH; run: ${command}`,
    cause,
  });
}

export function isDebianLike(osRelease: string): boolean {
  return idsOf(osRelease).some((id) => id === "debian" || id === "ubuntu");
}

/** `ID` and `ID_LIKE` of os-release(5). */
function idsOf(osRelease: string): string[] {
  const ids: string[] = [];
  for (const line of osRelease.split("\n")) {
    const match = /^(?:ID|ID_LIKE)=["']?([^"']*)["']?$/.exec(line.trim());
    if (match !== null) ids.push(...(match[1] ?? "").split(/\s+/));
  }
  return ids;
}

/**
 * The package starts a system-wide server on its usual port when it is installed. We want the program only: policy-rc.d and
 * RUNLEVEL=1 keep invoke-rc.d and deb-systemd-invoke from starting anything, and the policy is taken away again.
 */
export function installScript(name: "redis-server" | "mosquitto"): string {
  return `set -e
policy=/usr/sbin/policy-rc.d
made=no
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
  made=yes
fi
trap '[ "$made" = no ] || rm -f "$policy"' EXIT
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
apt-get update -q
apt-get install -q -y --no-install-recommends ${name}
`;
}
