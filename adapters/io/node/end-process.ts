import process from "node:process";

/**
 * Ends this process with `code`, or with the exit code it has, when everything written to its outputs is out. A program
 * that has done what it was for must not be left to end by itself: with sockets of libraries still open, Node 20 spins
 * below JavaScript while it takes them down, for ever.
 */
export async function endProcess(code?: number): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map((out) => new Promise((said) => out.write("", said))));
  // Given `undefined`, it would forget the code the process has.
  process.exit(code ?? process.exitCode);
}
