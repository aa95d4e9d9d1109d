import { configDefaults, defineConfig } from "vitest/config";

const nodeMajor = process.versions.node.split(".")[0];

/** Tests that start several processes and measure what happens between them: one file at a time, after all others. */
const PROCESSES = [
  "firmware-sim/campaign/**/*.test.ts",
  "edge-agent/cli/**/*.test.ts",
  "edge-agent/runtime/{adapter-crash,redis-*,supervisor,silence-watch,hooks}.test.ts",
];

export default defineConfig({
  test: {
    globalSetup: ["./scripts/test-setup.ts"],
    reporters: ["default", ["json", { outputFile: `dist/.tests/node-${nodeMajor}.json` }]],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "rooms",
          include: ["{adapters,edge-agent,core-client,firmware-sim,bench,scripts}/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...PROCESSES],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "processes",
          include: PROCESSES,
          fileParallelism: false,
          // Once more where a machine stood still for longer than a test could wait; what is broken is broken twice.
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
