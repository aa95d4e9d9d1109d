import { type Command, Option } from "commander";

export const DEFAULT_CONFIG = "/etc/busbar/busbar.yaml";

/** `-c`: the same for every verb that needs the configuration. */
export function configOption(): Option {
  return new Option("-c, --config <file>", "configuration file").env("BUSBAR_CONFIG").default(DEFAULT_CONFIG);
}

export interface ConfigFlag {
  readonly config: string;
}

export function jsonOption(): Option {
  return new Option("--json", "for programs");
}

export interface JsonFlag {
  readonly json?: boolean;
}

/** Adds `-c` and `--json`. */
export function withConfig(verb: Command): Command {
  return verb.addOption(configOption()).addOption(jsonOption());
}
