import { createHash } from "node:crypto";
import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { DEVICE, ExampleSource, HEALTH, STATUS } from "./example.testing.ts";
import { readPage } from "./page.ts";
import { startOps } from "./server.ts";

const { html, policy } = readPage();
const inner = (tag: string) => new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)?.[1] ?? "";

describe("the page", () => {
  it("needs nothing from anywhere else", () => {
    expect(html).not.toMatch(/(src|href|action)\s*=/i);
    expect(html).not.toMatch(/url\(|@import|https?:\/\//i);
  });

  it("runs its own script and style and nothing else", async () => {
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html.match(/<style/g)).toHaveLength(1);
    expect(html).not.toMatch(/ style=| on\w+=|innerHTML|insertAdjacentHTML|document\.write|eval\(/);
    expect(policy).toContain(createHash("sha256").update(inner("script")).digest("base64"));
    expect(policy).toContain("default-src 'none'");
    const ops = await startOps({
      listen: { host: "127.0.0.1", port: 0 },
      source: new ExampleSource(),
      token: undefined,
      maxTaps: 1,
    });
    const answer = await fetch(`${ops.url}/`);
    expect(answer.headers.get("content-security-policy")).toBe(policy);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await answer.text()).toBe(html);
    await ops.close();
  });

  it("reads in dark and in light", () => {
    const style = inner("style");
    const names = (block: string) =>
      [...block.matchAll(/--([a-z]+): (#[0-9a-f]{6})/g)].map((found) => [found[1], found[2]] as const);
    const [light = "", dark = ""] = style.split("prefers-color-scheme: dark");
    const [inLight, inDark] = [new Map(names(light)), new Map(names(dark.split("}")[0] ?? ""))];
    expect([...inDark.keys()]).toEqual([...inLight.keys()]);
    for (const of of [inLight, inDark]) {
      for (const ink of ["ink", "soft", "good", "warn", "bad", "idle"]) {
        expect(contrast(of.get(ink) ?? "", of.get("panel") ?? "")).toBeGreaterThanOrEqual(4.5);
        expect(contrast(of.get(ink) ?? "", of.get("ground") ?? "")).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it("shows what the agent says, and text as text", async () => {
    const evil = "<img src=x onerror=alert(1)>";
    const shown = await run({
      "/status": { ...STATUS, cores: [{ ...STATUS.cores[0], name: evil }] },
      "/health": { ...HEALTH, ready: false, reasons: [{ code: "redis.away", message: "Redis does not answer" }] },
      "/devices?limit=50": { devices: [DEVICE], total: 1 },
      "/refusals": { refusals: DEVICE.lastRefusals },
    });
    expect(shown.get("verdict")).toBe("not ready");
    expect(shown.get("banner")).toBe("Redis does not answer (redis.away)");
    expect(shown.get("strip")).toContain("Agent a (this one)");
    expect(shown.get("strip")).toContain("main: active, epoch 7");
    expect(shown.get("strip")).toContain("37 online, 1 degraded, 1 stalled, 1 offline");
    expect(shown.get("strip")).toContain(evil);
    expect(shown.get("cards")).toContain("340 ms, 5 min ago");
    expect(shown.get("devices")).toContain("lamp-1");
    expect(shown.get("refusals")).toContain("oslp.signature.invalid");
    expect(shown.get("updated")).toBe("as of 00:10:00 UTC");
  });

  it("says that it is old when the agent stops answering", async () => {
    const shown = await run({});
    expect(shown.get("verdict")).toBe("no answer");
    expect(shown.get("updated")).toBe("this agent does not answer");
  });
});

/** WCAG 2 contrast of two colours `#rrggbb`. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [r = 0, g = 0, blue = 0] = [1, 3, 5].map((at) => {
      const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** As much of a document as the page uses: elements that hold text and children. */
class FakeElement {
  value = "";
  hidden = false;
  className = "";
  #children: (FakeElement | string)[] = [];
  append(...children: (FakeElement | string)[]): void {
    this.#children.push(...children);
  }
  replaceChildren(...children: (FakeElement | string)[]): void {
    this.#children = children;
  }
  addEventListener(): void {}
  get textContent(): string {
    return this.#children.map((child) => (typeof child === "string" ? child : child.textContent)).join(" ");
  }
  set textContent(text: string) {
    this.#children = [text];
  }
}

/** Runs the page's script until its first refresh is done; answers what each element then says. */
async function run(answers: Readonly<Record<string, unknown>>): Promise<ReadonlyMap<string, string>> {
  const elements = new Map([...html.matchAll(/ id="(\w+)"/g)].map((found) => [found[1] ?? "", new FakeElement()]));
  const done = new Promise<void>((resolve) => {
    const world = {
      document: { getElementById: (id: string) => elements.get(id), createElement: () => new FakeElement(), title: "" },
      Node: FakeElement,
      URLSearchParams,
      AbortController,
      Date,
      setTimeout: () => resolve(),
      fetch: async (path: string) => {
        if (!(path in answers)) throw new Error("refused");
        return { ok: true, json: async () => answers[path] };
      },
    };
    new Script(inner("script")).runInNewContext(world);
  });
  await done;
  return new Map([...elements].map(([id, element]) => [id, element.textContent]));
}
