import type { Qos } from "./behaviour.ts";

/** What happened to a device, as it saw it: nobody else's word is in it, so it can judge everybody else. */
export type LogFact =
  | { readonly kind: "connected"; readonly clientId: string; readonly broker: string }
  | { readonly kind: "disconnected" }
  /** CONNACK said no: the return code of 3.1.1, or the reason code of 5. */
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "unreachable"; readonly code: string }
  | {
      readonly kind: "published";
      /** Counts the device's messages from 1. */
      readonly number: number;
      readonly topic: string;
      readonly qos: Qos;
      readonly by: string;
      /** Its text, where it is one of at most 1,024 bytes; else `bytes` says how long it was. */
      readonly payload?: string;
      readonly bytes: number;
    }
  /** PUBACK or PUBCOMP has come; with QoS 0 nothing is acknowledged. */
  | { readonly kind: "acknowledged"; readonly number: number; readonly by: string; readonly ms: number }
  /** Will not be acknowledged any more. */
  | { readonly kind: "given-up"; readonly number: number; readonly why: string }
  /** Was not published: not connected, or too much is on its way already. */
  | { readonly kind: "unsent"; readonly topic: string; readonly why: "offline" | "outstanding"; readonly by: string }
  | { readonly kind: "subscribed"; readonly filter: string; readonly by: string }
  | { readonly kind: "subscription-refused"; readonly filter: string; readonly by: string }
  /** A command was carried out, once for every time it came. */
  | { readonly kind: "executed"; readonly id: string | undefined; readonly action: string; readonly value: unknown }
  | { readonly kind: "answered"; readonly id: string | undefined; readonly status: "succeeded" | "failed" }
  /** Something came that the device cannot make anything of, or that was not for it. */
  | { readonly kind: "heard"; readonly topic: string; readonly bytes: number }
  /** A faulty behaviour did what it is for, where no other line says so. */
  | { readonly kind: "misbehaved"; readonly by: string; readonly what: string }
  | { readonly kind: "born"; readonly bdSeq: number; readonly why: "connected" | "rebirth" };

export type DeviceLog = (fact: LogFact) => void;
