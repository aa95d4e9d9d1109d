import { initialText } from "./init.ts";
import { LAWS } from "./laws.ts";
import { PROTOCOL_NAMES, PROTOCOLS } from "./protocols.ts";
import { type Shape, shapeOf } from "./shape.ts";

/** The parts of docs/configuration.md that are made of the code; a test keeps them equal. */
export function configurationReference(): string {
  return [
    "## The whole file",
    "",
    "```yaml",
    initialText("full", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE…").trimEnd(),
    "```",
    "",
    "## Devices",
    "",
    ...PROTOCOL_NAMES.flatMap((protocol) => [
      `A device with \`protocol: ${protocol}\` has these keys; in CSV they are the columns, nested ones with a dot (\`location.latitude\`).`,
      "",
      ...keysTable(shapeOf(PROTOCOLS[protocol].device)),
      "",
    ]),
    "## Laws between fields",
    "",
    "`busbar config check` finds where one of these does not hold:",
    "",
    ...LAWS.map((law) => `- ${law.says}`),
  ].join("\n");
}

function keysTable(shape: Shape): readonly string[] {
  const required = new Set(shape.required ?? []);
  const rows = Object.entries(shape.properties ?? {}).map(([key, property]) => {
    const otherwise = property.default === undefined ? "" : `\`${String(property.default)}\``;
    return `| \`${key}\` | ${required.has(key) ? "yes" : ""} | ${otherwise} |`;
  });
  return ["| Key | Needed | Default |", "|---|---|---|", "| `protocol` | yes | |", ...rows];
}
