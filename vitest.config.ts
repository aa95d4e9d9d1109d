import { defineConfig } from "vitest/config";

const nodeMajor = process.versions.node.split(".")[0];

export default defineConfig({
  test: {
    include: ["{adapters,edge-agent,core-client,firmware-sim,bench,scripts}/**/*.test.ts"],
    globalSetup: ["./scripts/test-setup.ts"],
    reporters: ["default", ["json", { outputFile: `dist/.tests/node-${nodeMajor}.json` }]],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Two cores: process tests start several agents each, so files must not pile up.
    maxWorkers: 2,
  },
});
