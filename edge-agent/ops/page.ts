import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Page {
  readonly html: string;
  /** Content-Security-Policy: nothing but the page's own style and script, and requests to its own agent. */
  readonly policy: string;
}

/** The status page: one file, no other assets, so that it works on a host without any way out. */
export function readPage(): Page {
  const html = readFileSync(join(import.meta.dirname, "page", "index.html"), "utf8");
  const hashOf = (tag: string): string => {
    const inner = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)?.[1] ?? "";
    return `'sha256-${createHash("sha256").update(inner).digest("base64")}'`;
  };
  const policy = `default-src 'none'; style-src ${hashOf("style")}; script-src ${hashOf("script")}; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
  return { html, policy };
}
