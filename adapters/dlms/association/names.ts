import { type Mechanism, MECHANISMS, mechanismOf } from "../security/hls.ts";

/** Object identifiers under 2.16.756.5.8 (IEC 62056-5-3 clause 9.4.2.2). */
const CONTEXTS = "2.16.756.5.8.1.";
const MECHANISM_NAMES = "2.16.756.5.8.2.";

/** How objects are named in an association: by class and logical name, or by the numbers the server gives them. */
export const REFERENCINGS = ["logical-name", "short-name"] as const;
export type Referencing = (typeof REFERENCINGS)[number];

export interface ApplicationContext {
  readonly referencing: Referencing;
  readonly ciphered: boolean;
}

export function applicationContextName({ referencing, ciphered }: ApplicationContext): string {
  return `${CONTEXTS}${(referencing === "logical-name" ? 1 : 2) + (ciphered ? 2 : 0)}`;
}

/** `undefined` for a context the standard does not have. */
export function applicationContextOf(name: string): ApplicationContext | undefined {
  const number = name.startsWith(CONTEXTS) ? Number(name.slice(CONTEXTS.length)) : 0;
  if (!(number >= 1 && number <= 4)) return undefined;
  return { referencing: number % 2 === 1 ? "logical-name" : "short-name", ciphered: number > 2 };
}

export function mechanismName(mechanism: Mechanism): string {
  return `${MECHANISM_NAMES}${MECHANISMS[mechanism]}`;
}

export function mechanismOfName(name: string): Mechanism | undefined {
  return name.startsWith(MECHANISM_NAMES) ? mechanismOf(Number(name.slice(MECHANISM_NAMES.length))) : undefined;
}

/** Of an AARE. */
export const ASSOCIATION_RESULTS: Readonly<Record<number, string>> = {
  0: "accepted",
  1: "rejected-permanent",
  2: "rejected-transient",
};

export const SERVICE_USER_DIAGNOSTICS: Readonly<Record<number, string>> = {
  0: "null",
  1: "no-reason-given",
  2: "application-context-name-not-supported",
  3: "calling-AP-title-not-recognized",
  4: "calling-AP-invocation-identifier-not-recognized",
  5: "calling-AE-qualifier-not-recognized",
  6: "calling-AE-invocation-identifier-not-recognized",
  7: "called-AP-title-not-recognized",
  8: "called-AP-invocation-identifier-not-recognized",
  9: "called-AE-qualifier-not-recognized",
  10: "called-AE-invocation-identifier-not-recognized",
  11: "authentication-mechanism-name-not-recognised",
  12: "authentication-mechanism-name-required",
  13: "authentication-failure",
  14: "authentication-required",
};

export const SERVICE_PROVIDER_DIAGNOSTICS: Readonly<Record<number, string>> = {
  0: "null",
  1: "no-reason-given",
  2: "no-common-acse-version",
};
