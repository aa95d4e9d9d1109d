import type { Range, SourceText } from "./located.ts";

export type Severity = "error" | "warning";

/** One complaint about a configuration, with everything a person needs to act on it. */
export interface ConfigIssue {
  readonly severity: Severity;
  /** Stable, for scripts: `config.value.wrong`, `config.key.unknown`, … */
  readonly code: ConfigIssueCode;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Columns underlined, within the line. */
  readonly width: number;
  /** `lease.ttl`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly fix: string | undefined;
  /** The line it is about, secrets masked. */
  readonly excerpt: string;
}

export type ConfigIssueCode =
  | "config.file.unreadable"
  | "config.file.too-large"
  | "config.file.not-text"
  | "config.syntax.invalid"
  | "config.syntax.too-deep"
  | "config.syntax.too-large"
  | "config.key.duplicate"
  | "config.key.unknown"
  | "config.key.missing"
  | "config.value.wrong"
  | "config.secret.literal"
  | "config.reference.unknown"
  | "config.duplicate"
  | "config.law.broken"
  | "config.port.collision"
  | "config.file.missing"
  | "config.advice";

export interface IssueFacts {
  readonly severity?: Severity;
  readonly code: ConfigIssueCode;
  readonly path?: string;
  readonly message: string;
  readonly fix?: string | undefined;
}

const EXCERPT_COLUMNS = 160;

export function issueAt(source: SourceText, range: Range, facts: IssueFacts): ConfigIssue {
  const { line, column } = source.position(range.start);
  const whole = source.line(line);
  const left = whole.length - (column - 1);
  return {
    severity: facts.severity ?? "error",
    code: facts.code,
    file: source.file,
    line,
    column,
    width: Math.max(1, Math.min(range.end - range.start, left)),
    path: facts.path ?? "",
    message: printable(facts.message),
    fix: facts.fix,
    excerpt: printable(maskSecrets(whole)),
  };
}

export function issueOfFile(file: string, facts: IssueFacts): ConfigIssue {
  const severity = facts.severity ?? "error";
  const { code, fix } = facts;
  const message = printable(facts.message);
  return { severity, code, file, line: 1, column: 1, width: 1, path: facts.path ?? "", message, fix, excerpt: "" };
}

export function sortIssues(issues: readonly ConfigIssue[]): ConfigIssue[] {
  return [...issues].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}

/** Like a compiler: place, what is wrong, the line with a caret under the value, the fix. */
export function printIssue(issue: ConfigIssue): string {
  const subject = issue.path === "" ? "" : `${issue.path}: `;
  const lines = [`${issue.file}:${issue.line}:${issue.column}: ${issue.severity}: ${subject}${issue.message}`];
  if (issue.excerpt.trim() !== "") {
    const gutter = String(issue.line).padStart(5);
    const { shown, caret } = windowOf(issue.excerpt, issue.column - 1);
    const width = Math.max(1, Math.min(issue.width, shown.length - caret));
    lines.push(`${gutter} | ${shown}`, `${" ".repeat(5)} | ${" ".repeat(caret)}${"^".repeat(width)}`);
  }
  if (issue.fix !== undefined) lines.push(`      fix: ${issue.fix}`);
  return lines.join("\n");
}

/** The part of a long line around the place, and where the place is in it. */
function windowOf(line: string, at: number): { readonly shown: string; readonly caret: number } {
  const from = at <= EXCERPT_COLUMNS - 40 ? 0 : at - 40;
  const cut = line.slice(from, from + EXCERPT_COLUMNS);
  return from === 0 ? { shown: cut, caret: Math.min(at, cut.length) } : { shown: `…${cut}`, caret: at - from + 1 };
}

/** At most `limit` issues, errors before warnings, and how many more there are. */
export function printIssues(issues: readonly ConfigIssue[], limit: number = 50): string {
  const ordered = [
    ...issues.filter((issue) => issue.severity === "error"),
    ...issues.filter((issue) => issue.severity === "warning"),
  ];
  const printed = ordered.slice(0, limit).map(printIssue);
  if (ordered.length > limit) printed.push(`… and ${ordered.length - limit} more`);
  return printed.join("\n");
}

const SECRET_VALUE =
  /((?:pass(?:word|phrase)?|passwd|pasword|pwd|secret|token|privateKey|psk)["']?\s*:\s*)(?![{\s]|$)[^,}]*[^,}\s]/gi;
const URL_PASSWORD = /(:\/\/[^\s/:@]*:)[^\s@]+@/g;
const PRIVATE_KEY = /-----BEGIN[A-Z ]*PRIVATE KEY.*/g;

/** Blanks what stands where a secret would, whatever else is wrong with the line. */
export function maskSecrets(line: string): string {
  return line.replace(SECRET_VALUE, "$1***").replace(URL_PASSWORD, "$1***@").replace(PRIVATE_KEY, "***");
}

/** Control characters would move the caret, or the terminal. */
function printable(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  return line.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (c) =>
    c === "\t" ? " " : "�",
  );
}
