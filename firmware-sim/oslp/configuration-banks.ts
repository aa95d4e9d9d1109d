import type { SetConfigurationRequest } from "../../proto/oslp/gen/types.ts";

/** What SetConfiguration left: its fields have the names of GetConfigurationResponse. */
export type Configuration = Partial<SetConfigurationRequest>;

/** Two banks, one in use; SwitchConfiguration takes the other. */
export interface ConfigurationBanks {
  inUse: 0 | 1;
  readonly banks: [Configuration, Configuration];
}

export function configurationOf(banks: ConfigurationBanks | undefined): Configuration {
  return banks === undefined ? {} : banks.banks[banks.inUse];
}
