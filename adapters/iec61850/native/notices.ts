/** Selectors in hex, an application entity where one is sent. */
export interface NativeSelectors {
  readonly transport: string;
  readonly session: string;
  readonly presentation: string;
  readonly apTitle?: string | undefined;
  readonly aeQualifier?: number | undefined;
}

/** What we tell the process of the library besides MMS PDUs. */
export type ToLibrary =
  | {
      readonly say: "associate";
      readonly host: string;
      readonly port: number;
      readonly associateMs: number;
      readonly requestMs: number;
      readonly local: NativeSelectors;
      readonly remote: NativeSelectors;
      /** In hex; over a pipe that only the two processes have. */
      readonly password?: string | undefined;
      /** Requests it will be given at once. */
      readonly outstanding: number;
    }
  | { readonly say: "release" };

/** What it tells us. */
export type FromLibrary =
  | { readonly say: "associated" }
  /** There is no association. `error`: IedClientError of the library. */
  | { readonly say: "refused"; readonly error: number }
  /** There was one, and it is over without our having asked for it. */
  | { readonly say: "lost" }
  | { readonly say: "released" }
  /** Its process ended by itself: the exit code or signal, and what it wrote last. Said for it. */
  | { readonly say: "crashed"; readonly how: string | number; readonly words: string }
  /** The library cannot be used at all: what the system, or `koffi`, says of it. */
  | { readonly say: "missing"; readonly why: string };

export function isFromLibrary(notice: unknown): notice is FromLibrary {
  return typeof notice === "object" && notice !== null && "say" in notice && typeof notice.say === "string";
}
