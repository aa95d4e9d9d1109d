import { type Command, Option } from "commander";
import type { DecodeFlags } from "./probe-decode-oslp.ts";

/** `busbar decode`: bytes from a capture, explained. */
export function register(program: Command): void {
  program
    .command("decode")
    .description("bytes of a capture, explained layer by layer")
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
}
