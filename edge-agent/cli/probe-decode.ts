import { type Command, Option } from "commander";
import type { DecodeDlmsFlags } from "./probe-decode-dlms.ts";
import type { DecodeIec61850Flags } from "./probe-decode-iec61850.ts";
import type { DecodeFlags } from "./probe-decode-oslp.ts";
import { SUMMARIES } from "./verb.ts";

/** `busbar decode`: bytes from a capture, explained. */
export function register(program: Command): void {
  const decode = program.command("decode").description(SUMMARIES.decode);
  decode
    .command("oslp [hex]")
    .description("an OSLP envelope as hex, white space ignored; - or nothing reads standard input")
    .option("--device-key <key>", "public key of the device, a file or Base64: does the signature verify?")
    .option("--platform-key <key>", "the same for what a platform has signed")
    .addOption(
      new Option("--version <version>", "complain about what that contract does not have").choices(["0.6.1", "0.5.1"]),
    )
    .option("--json", "one JSON object")
    .action(async (hex: string | undefined, flags: DecodeFlags) => {
      const { decodeOslp } = await import("./probe-decode-oslp.ts");
      process.exitCode = decodeOslp(hex, flags);
    });
  decode
    .command("dlms [hex]")
    .description(
      "HDLC frames, wrapper PDUs or APDUs of DLMS as hex, white space ignored; - or nothing reads standard input",
    )
    .option("--guek <file>", "global unicast encryption key, hex or bare: opens what is protected")
    .option("--gak <file>", "authentication key")
    .option("--gbek <file>", "global broadcast encryption key")
    .option(
      "--dedicated-key <file>",
      "the key of the association; found by itself where its request is among the bytes",
    )
    .option("--system-title <hex>", "of the sender, where the bytes do not say it")
    .option("--json", "one JSON object")
    .action(async (hex: string | undefined, flags: DecodeDlmsFlags) => {
      const { decodeDlms } = await import("./probe-decode-dlms.ts");
      process.exitCode = decodeDlms(hex, flags);
    });
  decode
    .command("iec61850 [hex]")
    .description("TPKTs of MMS, or one MMS PDU, as hex, white space ignored; - or nothing reads standard input")
    .option("--json", "one JSON object")
    .action(async (hex: string | undefined, flags: DecodeIec61850Flags) => {
      const { decodeIec61850 } = await import("./probe-decode-iec61850.ts");
      process.exitCode = decodeIec61850(hex, flags);
    });
}
