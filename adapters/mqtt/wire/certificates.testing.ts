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
  readonly dir: string = mkdtempSync(join(tmpdir(), "busbar-mqtt-tls-"));

  authority(name: string): string {
    this.#openssl(
      "req",
      "-x509",
      ...EC,
      "-days",
      "2",
      "-subj",
      `/CN=${name}`,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.crt`,
    );
    return this.#read(`${name}.crt`);
  }

  issue(name: string, by: string): Issued {
    this.#openssl(
      "req",
      "-new",
      ...EC,
      "-subj",
      `/CN=${name}`,
      "-addext",
      "subjectAltName=IP:127.0.0.1",
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.csr`,
    );
    this.#openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      "-CA",
      `${by}.crt`,
      "-CAkey",
      `${by}.key`,
      "-CAcreateserial",
      "-days",
      "2",
      "-copy_extensions",
      "copy",
      "-out",
      `${name}.crt`,
    );
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
