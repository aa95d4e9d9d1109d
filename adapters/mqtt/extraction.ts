import { CSV_FIELDS } from "./limits.ts";
import { decodeJson, decodeText, pointed } from "./json-payload.ts";
import type { PayloadForm, Place } from "./mapping-rule.ts";
import { mqttFault } from "./mqtt-fault.ts";

/** One acquisition in a payload: values by place. */
export interface Extract {
  /** `undefined`: there is no such value. */
  at(place: Place): unknown;
  /** The pointer of a place as the point's reference keeps it. */
  pointerOf(place: Place): string | undefined;
}

type Variables = Readonly<Record<string, string>>;

/** The acquisitions a payload holds, in their order. Throws `mqtt.payload.*`. */
export function extract(
  form: Exclude<PayloadForm, { kind: "gxf-msr" }>,
  payload: Uint8Array,
  variables: Variables,
): readonly Extract[] {
  switch (form.kind) {
    case "json": {
      const root = decodeJson(payload);
      if (form.each === undefined) return [jsonExtract(root, "", variables)];
      const list = pointed(root, form.each);
      if (!Array.isArray(list)) throw mqttFault("mqtt.point.missing", `there is no array at ${form.each || "the top"}`);
      if (list.length === 0) throw mqttFault("mqtt.payload.empty", `the array at ${form.each || "the top"} is empty`);
      return list.map((element, index) => jsonExtract(element, `${form.each}/${index}`, variables));
    }
    case "csv": {
      const lines = decodeText(payload)
        .split(/\r?\n/)
        .slice(form.skipLines)
        .filter((line) => line.trim() !== "");
      if (lines.length === 0) throw mqttFault("mqtt.payload.empty", "the payload has no line of values");
      return lines.map((line, index) =>
        csvExtract(fieldsOf(line, form.separator), lines.length > 1 ? index : undefined, variables),
      );
    }
    case "plain": {
      const text = decodeText(payload).trim();
      if (text === "") throw mqttFault("mqtt.payload.empty", "the payload is empty");
      return [
        { at: (place) => (place.kind === "variable" ? variables[place.variable] : text), pointerOf: () => undefined },
      ];
    }
  }
}

/** Fields between separators; one in double quotes may hold the separator, and `""` is a quote (RFC 4180). */
export function fieldsOf(line: string, separator: string): readonly string[] {
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? "";
    if (quoted) {
      if (char !== '"') field += char;
      else if (line[i + 1] === '"') {
        field += '"';
        i += 1;
      } else quoted = false;
    } else if (char === '"' && field.trim() === "") {
      field = "";
      quoted = true;
    } else if (char === separator) {
      fields.push(field.trim());
      field = "";
      if (fields.length > CSV_FIELDS)
        throw mqttFault("mqtt.payload.overfull", `a line has more than ${CSV_FIELDS} fields`);
    } else field += char;
  }
  fields.push(field.trim());
  return fields;
}

function jsonExtract(value: unknown, base: string, variables: Variables): Extract {
  return {
    at: (place) => {
      if (place.kind === "variable") return variables[place.variable];
      return place.kind === "pointer" ? pointed(value, place.pointer) : value;
    },
    pointerOf: (place) => (place.kind === "pointer" ? `${base}${place.pointer}` : base === "" ? undefined : base),
  };
}

function csvExtract(fields: readonly string[], line: number | undefined, variables: Variables): Extract {
  const prefix = line === undefined ? "" : `/${line}`;
  return {
    at: (place) => {
      if (place.kind === "variable") return variables[place.variable];
      const field = fields[place.kind === "field" ? place.field : 0];
      return field === "" ? undefined : field;
    },
    pointerOf: (place) => (place.kind === "field" ? `${prefix}/${place.field}` : prefix === "" ? undefined : prefix),
  };
}
