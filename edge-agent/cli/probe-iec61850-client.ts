import { Driver } from "../../adapters/io/drive.ts";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { dial } from "../../adapters/io/node/dial.ts";
import type { AssociationParameters } from "../../adapters/iec61850/association/parameters.ts";
import type { Associated } from "../../adapters/iec61850/association/exchange.ts";
import { type ClientOutcome, IedClient } from "../../adapters/iec61850/client.ts";
import type { InformationReport } from "../../adapters/iec61850/mms/pdu.ts";
import type { Procedure } from "../../adapters/iec61850/procedure.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import type { ConnectionOptions } from "node:tls";

export interface ClientTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: ConnectionOptions | undefined;
  readonly parameters: AssociationParameters;
  readonly withinMs: DurationMs;
}

/** An association on a real socket that runs procedures one may await. */
export class OpenClient {
  readonly settled: Associated;
  /** Resolves when it is over: released, or the fault that ended it. */
  readonly over: Promise<"done" | EdgeError>;
  readonly #client: IedClient;
  readonly #driver: Driver<ClientOutcome>;

  private constructor(
    client: IedClient,
    driver: Driver<ClientOutcome>,
    over: Promise<"done" | EdgeError>,
    settled: Associated,
  ) {
    this.#client = client;
    this.#driver = driver;
    this.over = over;
    this.settled = settled;
  }

  /** Rejects with what refused it, on whichever layer. */
  static async open(target: ClientTarget, onReport: (report: InformationReport) => void): Promise<OpenClient> {
    const { host, port, tls, parameters, withinMs } = target;
    const transport = await dial({ host, port, timeoutMs: withinMs, tls });
    const timeouts = { associateMs: withinMs, requestMs: withinMs, releaseMs: Math.min(2_000, withinMs) };
    const client = new IedClient(parameters, timeouts);
    let settle: ((settled: Associated) => void) | undefined;
    const associated = new Promise<Associated>((resolve) => {
      settle = resolve;
    });
    const driver: Driver<ClientOutcome> = new Driver<ClientOutcome>({
      machine: client,
      transport,
      timers: new NodeTimers(),
      permit: () => true,
      isDuplex: true,
      take: (outcome) => {
        if (outcome.kind === "associated") settle?.(outcome.settled);
        else onReport(outcome.report);
      },
    });
    const over = driver.run();
    const first = await Promise.race([associated, over]);
    if (first === "done") throw closed();
    if (first instanceof EdgeError) throw first;
    return new OpenClient(client, driver, over, first);
  }

  /** Rejects with the device's refusal, or with what ended the association meanwhile. */
  run<Result>(procedure: Procedure<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      void this.over.then((end) => reject(end === "done" ? closed() : end));
      this.#driver.input((now) =>
        this.#client.run(procedure, (end) => (end.ok ? resolve(end.result) : reject(end.fault)), now),
      );
    });
  }

  async release(): Promise<void> {
    this.#driver.input((now) => this.#client.release(now));
    await this.over;
  }
}

function closed(): EdgeError {
  return new EdgeError({
    code: "iec61850.association.closed",
    blame: "device",
    retry: "backoff",
    message: "the association is over",
  });
}
