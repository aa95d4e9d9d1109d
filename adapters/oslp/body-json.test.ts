import { describe, expect, it } from "vitest";
import { FIELDS } from "../../proto/oslp/gen/fields.ts";
import * as contract from "../../proto/oslp/gen/types.ts";
import { addressText, ipv4Bytes } from "./addresses.ts";
import { BOUNDS, BYTE_FORMATS } from "./body-bounds.ts";
import { bodyFromJson, bodyToJson } from "./body-json.ts";
import { decodeMessage } from "./message.ts";
import { faultOf, hex, vectorsOf } from "./vectors.testing.ts";

const typeOf = (member: string) => FIELDS["Message"]?.[member]?.of ?? "";

describe("bodies as JSON", () => {
  const requests = vectorsOf<{ name: string; hex: string; fault?: string; roundTrip?: boolean }>(
    "messages",
  ).vectors.flatMap(({ name, hex: text, fault }) => {
    const message = fault === undefined ? decodeMessage(hex(text)) : undefined;
    return message?.member.endsWith("Request") ? [{ name, message }] : [];
  });

  it.each(requests)("are read as they were written: $name", ({ message }) => {
    const json = bodyToJson(typeOf(message.member), message.body);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    if (message.member === "eventNotificationRequest" && json["notifications"] !== undefined) {
      // An event number no contract has may come in, and is not sent out.
      const unknown = JSON.stringify(json).includes('"event":2,');
      const code = faultOf(() => bodyFromJson("EventNotificationRequest", json));
      expect(code).toBe(unknown ? "oslp.command.invalid" : "none");
      return;
    }
    expect(bodyFromJson(typeOf(message.member), json)).toEqual(message.body);
  });

  it("names the field that is wrong", () => {
    expect(() => bodyFromJson("SetLightRequest", { values: [{ on: true }, { on: true, index: 9 }] })).toThrow(
      "value.values[1].index is a whole number from 0 to 6",
    );
    expect(() => bodyFromJson("SetReboot", { __proto__x: 1 })).toThrow("is not a field");
    expect(() => bodyFromJson("SetRebootRequest", JSON.parse('{"__proto__": {"present": true}}'))).toThrow(
      "is not a field",
    );
  });

  it("writes bytes of unusual length as hex", () => {
    expect(bodyToJson("LightValue", { on: true, index: Uint8Array.of(1, 2) })).toEqual({ on: true, index: "0102" });
    expect(bodyToJson("RegisterDeviceRequest", { ipAddress: new Uint8Array(3) })).toEqual({ ipAddress: "000000" });
  });

  it("keeps enumeration numbers nobody knows", () => {
    expect(bodyToJson("SetLightResponse", { status: 7 })).toEqual({ status: 7 });
  });
});

describe("the tables", () => {
  it("bound fields that exist", () => {
    for (const name of Object.keys(BOUNDS)) {
      const [type = "", field = ""] = name.split(".");
      expect(FIELDS[type]?.[field], name).toBeDefined();
    }
  });

  it("have a format for every bytes field", () => {
    const names = Object.values(FIELDS).flatMap((fields) =>
      Object.entries(fields).flatMap(([name, facts]) => (facts.type === "bytes" ? [name] : [])),
    );
    expect(new Set(Object.keys(BYTE_FORMATS))).toEqual(new Set(names));
  });

  it("and every enumeration of a field", () => {
    for (const fields of Object.values(FIELDS))
      for (const facts of Object.values(fields))
        if (facts.type === "enum") expect(contract).toHaveProperty(facts.of ?? "");
  });
});

describe("addresses", () => {
  it("are dotted, or groups of hex", () => {
    expect(addressText(Uint8Array.of(192, 0, 2, 7))).toBe("192.0.2.7");
    expect(addressText(hex("20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01"))).toBe("2001:db8:0:0:0:0:0:1");
    expect(addressText(new Uint8Array(5))).toBeUndefined();
    expect(ipv4Bytes("192.0.2.7")).toEqual(Uint8Array.of(192, 0, 2, 7));
    for (const text of ["192.0.2", "192.0.2.256", "192.0.2.07", "a.b.c.d", "1.2.3.4.5"])
      expect(ipv4Bytes(text)).toBeUndefined();
  });
});
