/** A request that is refused: the HTTP status, a stable code and one sentence. */
export class OpsFault extends Error {
  override readonly name = "OpsFault";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
