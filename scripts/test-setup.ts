/** Runs once before all tests: makes sure there is a redis-server to start private ones from. */
export async function setup(): Promise<void> {}
