import { complain } from "./complaints.ts";
import type { CheckedDevices } from "./devices.ts";
import type { ConfigIssue } from "./issue.ts";
import { nodeAt } from "./located.ts";
import { settingsOf } from "./protocols.ts";
import { nearest } from "./suggest.ts";

/** Rules among devices: every uid once, every protocol identity once, every group known. */
export function checkDeviceLaws(checked: CheckedDevices, groups: readonly string[] | undefined): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const first = new Map<string, number>();
  for (const [index, device] of checked.devices.entries()) {
    const at = checked.places[index];
    if (at === undefined) continue;
    const identity = settingsOf(device.protocol).identityOf(device);
    for (const { key, value, scope } of [
      { key: "uid", value: device.uid, scope: "uid" },
      { ...identity, scope: device.protocol },
    ]) {
      const name = `${scope}\n${value}`;
      const before = first.get(name);
      if (before === undefined) {
        first.set(name, index);
        continue;
      }
      const message = `${JSON.stringify(value)} is already the ${key} of ${whereIs(checked, before)}`;
      issues.push(
        complain(at.place, [...at.path, key], {
          code: "config.duplicate",
          message,
          fix: `every ${key} stands for one device`,
        }),
      );
    }
    if (groups !== undefined && !groups.includes(device.group)) {
      const meant = nearest(device.group, groups);
      issues.push(
        complain(at.place, [...at.path, "group"], {
          code: "config.reference.unknown",
          message: `there is no group ${device.group}`,
          fix: meant === undefined ? `known groups: ${groups.join(", ")}` : `did you mean ${meant}?`,
        }),
      );
    }
  }
  return issues;
}

function whereIs(checked: CheckedDevices, index: number): string {
  const at = checked.places[index];
  if (at === undefined) return "another device";
  const { line } = at.place.source.position(nodeAt(at.place.root, at.path).entry.node.range.start);
  return `the device at line ${line}`;
}
