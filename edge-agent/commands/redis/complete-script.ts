import { checkScript, type InstalledScript, installedScript } from "./take-script.ts";

/**
 * BullMQ's own way of finishing a job, for several at once: its text runs as the body of a function, as that of taking one
 * does, and is pinned in the same way. What is relied on here besides: its keys are the same for all jobs of a queue but for
 * that of the job itself, and it answers 0 or a negative number where no next job is asked for.
 */
export const TESTED_FINISH_SCRIPT_SHA1 = "69666e69dd5621df59067a03de685e55a486560d";
const FINISH_SCRIPT = "moveToFinished";
/** Of the script: where the key of the job stands among its keys, and how many arguments it takes. */
const JOB_KEY = 12;
export const FINISH_KEYS = 14;
export const FINISH_ARGS = 9;

export function installedFinishScript(): InstalledScript {
  return installedScript(FINISH_SCRIPT);
}

/** Throws `queue.bullmq.untested` where the script is not the one this was tested with. */
export function checkFinishScript(found: InstalledScript): void {
  checkScript(FINISH_SCRIPT, TESTED_FINISH_SCRIPT_SHA1, found);
}

/** In the place of a reply: this one is to be asked alone, which tells what is wrong with it. */
const FAILED = "failed";

/** KEYS: those of BullMQ's script for any of the jobs. ARGV: its arguments, job after job. Replies: one for each. */
export function finishManyScript(finish: string): string {
  return `#!lua
local function finish(KEYS, ARGV)
${finish}
end

local replies = {}
for at = 1, #ARGV, ${FINISH_ARGS} do
  local keys, args = {}, {}
  for i = 1, #KEYS do keys[i] = KEYS[i] end
  for i = 1, ${FINISH_ARGS} do args[i] = ARGV[at + i - 1] end
  keys[${JOB_KEY}] = args[7] .. args[1]
  local done, reply = pcall(finish, keys, args)
  replies[#replies + 1] = done and reply or '${FAILED}'
end
return replies
`;
}
