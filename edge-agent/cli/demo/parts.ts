import type { DemoPart } from "./part.ts";
import { DlmsPart } from "./part-dlms.ts";

/** Every protocol that is shown next to the street lights. A new one is one line here. */
export const DEMO_PARTS: readonly (() => DemoPart)[] = [() => new DlmsPart()];
