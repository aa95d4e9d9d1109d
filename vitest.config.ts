import { configDefaults, defineConfig } from "vitest/config";

/** What the file of results is called: `.ci/run` adds up those of all its runs. */
const run = process.env["BUSBAR_TEST_RUN"] ?? `node-${process.versions.node.split(".")[0]}`;

/** Tests that start several processes and measure what happens between them: one file at a time, after all others. */
const PROCESSES = [
  "firmware-sim/campaign/**/*.test.ts",
  "edge-agent/cli/**/*.test.ts",
  "edge-agent/runtime/{adapter-crash,redis-*,supervisor,silence-watch,hooks}.test.ts",
];

/** Tests beside the code that need a real Redis, real sockets or a real disk: side by side with all others. */
const SOCKETS = [
  "adapters/io/node/**/*.test.ts",
  "adapters/{iec61850,mqtt}/{native,wire}/**/*.test.ts",
  "edge-agent/*/redis/**/*.test.ts",
  "edge-agent/{ops,queue,runtime}/**/*.test.ts",
  "firmware-sim/{bed,mqtt,oslp,dlms,iec61850}/**/*.test.ts",
  "{core-client,bench,scripts}/**/*.test.ts",
];
/** Once more where a machine stood still for longer than a test could wait; what is broken is broken twice. */
const ONCE_MORE = 1;

export default defineConfig({
  test: {
    globalSetup: ["./scripts/test-setup.ts"],
    reporters: ["default", ["json", { outputFile: `dist/.tests/${run}.json` }]],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "rooms",
          include: ["{adapters,edge-agent,core-client,firmware-sim,bench,scripts}/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...PROCESSES, ...SOCKETS],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "sockets",
          include: SOCKETS,
          exclude: [...configDefaults.exclude, ...PROCESSES],
          setupFiles: ["./scripts/one-seed.ts"],
          retry: ONCE_MORE,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "processes",
          include: PROCESSES,
          fileParallelism: false,
          retry: ONCE_MORE,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
