import fc from "fast-check";

/** One seed for every property of a file: what is tried once more meets the same inputs, so chance hides no failure. */
fc.configureGlobal({ seed: Date.now() ^ process.pid });
