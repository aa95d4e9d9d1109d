import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** PEM texts. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Certificates of authorities made for this run; openssl signs them, as an operator would. */
export class Certificates {
  readonly dir: string = mkdtempSync(join(tmpdir(), "busbar-tls-"));

  authority(name: string): string {
    const files = ["-keyout", `${name}.key`, "-out", `${name}.crt`];
    this.#openssl("req", "-x509", ...EC, "-days", "2", "-subj", `/CN=${name}`, ...files);
    return this.#read(`${name}.crt`);
  }

  /** @param extensions as openssl takes them */
  issue(name: string, by: string, extensions: readonly string[] = ["subjectAltName=IP:127.0.0.1"]): Issued {
    const added = extensions.flatMap((one) => ["-addext", one]);
    const files = ["-keyout", `${name}.key`, "-out", `${name}.csr`];
    this.#openssl("req", "-new", ...EC, "-subj", `/CN=${name}`, ...added, ...files);
    const authority = ["-CA", `${by}.crt`, "-CAkey", `${by}.key`, "-CAcreateserial", "-copy_extensions", "copy"];
    this.#openssl("x509", "-req", "-in", `${name}.csr`, ...authority, "-days", "2", "-out", `${name}.crt`);
    return { cert: this.#read(`${name}.crt`), key: this.#read(`${name}.key`), ca: this.#read(`${by}.crt`) };
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  #openssl(...args: string[]): void {
    execFileSync("openssl", args, { cwd: this.dir, stdio: "pipe" });
  }

  #read(name: string): string {
    return readFileSync(join(this.dir, name), "utf8");
  }
}
