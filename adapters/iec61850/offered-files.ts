import type { MmsRequest, MmsResponse, ServiceError } from "./mms/pdu.ts";

interface Offered {
  readonly content: Uint8Array;
  /** Where the next read begins; `undefined`: not open. */
  at: number | undefined;
}

/** Octets around the data of a file read: tags, lengths, the invoke id. */
const OVERHEAD_BYTES = 64;
const NO_SUCH_FILE: ServiceError = { errorClass: "file", code: 7 };

/**
 * The server half of obtainFile: what a device may fetch from us while we wait for its answer. Only files that were
 * offered exist, each until the device has closed it; the file state machine id is its place in the list.
 */
export class OfferedFiles {
  readonly #files = new Map<string, Offered>();
  readonly #ids: string[] = [];

  offer(name: string, content: Uint8Array): void {
    this.#files.set(name, { content, at: undefined });
  }

  /** @param pduBytes the negotiated size: one part of the file fits into it */
  answer(request: MmsRequest, pduBytes: number): MmsResponse | ServiceError | "unsupported" {
    switch (request.service) {
      case "file-open": {
        const name = request.name.join("");
        const offered = this.#files.get(name);
        if (offered === undefined) return NO_SUCH_FILE;
        if (request.position > offered.content.length) return { errorClass: "file", code: 5 };
        offered.at = request.position;
        let file = this.#ids.indexOf(name);
        if (file < 0) file = this.#ids.push(name) - 1;
        return { service: "file-open", file, attributes: { size: offered.content.length } };
      }
      case "file-read": {
        const offered = this.#of(request.file);
        if (offered?.at === undefined) return NO_SUCH_FILE;
        const data = offered.content.slice(offered.at, offered.at + Math.max(1, pduBytes - OVERHEAD_BYTES));
        offered.at += data.length;
        return { service: "file-read", data, moreFollows: offered.at < offered.content.length };
      }
      case "file-close": {
        const name = this.#ids[request.file];
        if (name === undefined || !this.#files.delete(name)) return NO_SUCH_FILE;
        return { service: "file-close" };
      }
      default:
        return "unsupported";
    }
  }

  #of(file: number): Offered | undefined {
    const name = this.#ids[file];
    return name === undefined ? undefined : this.#files.get(name);
  }
}
