/** Who answers: two agents on two hosts may both be configured at 127.0.0.1:7421, and one asks the wrong one easily. */
export const AGENT_HEADER = "x-busbar-agent";
