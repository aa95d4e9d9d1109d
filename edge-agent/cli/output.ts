/** What verbs write: tables for people, JSON for programs. Nothing else writes to standard output. */

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function complainLine(line: string): void {
  process.stderr.write(`busbar: ${line}\n`);
}

export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, process.stdout.isTTY === true ? 2 : 0)}\n`);
}

/** Columns as wide as their widest cell, two spaces between, no spaces at the end of a line. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ""))));
  const line = (row: readonly string[]): string =>
    head
      .map((_, column) => pad(clean(row[column] ?? ""), widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return all.map(line).join("\n");
}

function pad(text: string, to: number): string {
  return text + " ".repeat(Math.max(0, to - text.length));
}

function width(text: string): number {
  return clean(text).length;
}

/** What devices and peers say ends up in cells: nothing of it may move the cursor or break the line. */
export function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "�");
}

/** `340ms`, `3.4s`, `12min`, `5h`, `3d`: for reading, not for computing. */
export function span(ms: number | undefined): string {
  if (ms === undefined) return "-";
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 120_000) return `${Math.round(ms / 100) / 10}s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)}min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)}h` : `${Math.round(ms / 86_400_000)}d`;
}

/** How long before `now` (both RFC 3339) something was. */
export function ago(at: string | undefined, now: string): string {
  return at === undefined ? "never" : `${span(Math.max(0, Date.parse(now) - Date.parse(at)))} ago`;
}

export function bytes(n: number): string {
  let left = n;
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (left < 1_024) return `${Math.round(left * 10) / 10}${unit}`;
    left /= 1_024;
  }
  return `${Math.round(left * 10) / 10}TiB`;
}
