/** What one agent did since it started, in plain numbers. The metrics page and the status are made of these. */
export class Counters {
  messagesStored = 0;
  commandsConcluded = 0;
  refusals = 0;
  takeovers = 0;
  handovers = 0;
  stepDowns = 0;
  readonly messagesByType: Map<string, number> = new Map();
  readonly commandsByEnd: Map<string, number> = new Map();

  stored(type: string): void {
    this.messagesStored += 1;
    this.messagesByType.set(type, (this.messagesByType.get(type) ?? 0) + 1);
  }

  concluded(end: string): void {
    this.commandsConcluded += 1;
    this.commandsByEnd.set(end, (this.commandsByEnd.get(end) ?? 0) + 1);
  }
}
