import { expect, it } from "vitest";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { toWall } from "../../adapters/kit/time.ts";
import { DEFAULT_TEMPLATE, PayloadTemplate } from "./payload-template.ts";

const facts = () => ({ device: "d1", number: 7, wall: toWall(1_763_719_200_123), random: new SeededRandom(1) });

it("fills its gaps and leaves the braces of JSON alone", () => {
  const written = new PayloadTemplate('{"d":"{{device}}","n":{{n}},"t":{{now}},"i":"{{iso}}","o":{"a":{}}}').write(
    facts(),
  );
  expect(JSON.parse(written)).toEqual({
    ...{ d: "d1", n: 7, t: 1_763_719_200_123, i: "2025-11-21T10:00:00.123Z", o: { a: {} } },
  });
});

it("throws numbers within their bounds, both ends included, and the same for the same seed", () => {
  const template = new PayloadTemplate("{{between -1 1 1}}");
  const random = new SeededRandom(3);
  const thrown = new Set(Array.from({ length: 500 }, () => Number(template.write({ ...facts(), random }))));
  expect([...thrown].sort((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, i) => (i - 10) / 10));
  const text = new PayloadTemplate(DEFAULT_TEMPLATE);
  expect(text.write(facts())).toBe(text.write(facts()));
});

it.each(["{{", "{{nothing}}", "{{between 2 1}}", "{{between 1 2 0.5}}", "{{n", "a{{N}}"])("refuses %j", (text) => {
  expect(() => new PayloadTemplate(text)).toThrow(/is none of/);
});
