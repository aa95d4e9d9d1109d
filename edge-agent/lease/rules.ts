/** The rules by which the machine decides. `docs/lease.md` shows this table; a test keeps the two equal. */
export interface Rule {
  readonly when: string;
  readonly so: string;
}

export type RuleId =
  | "own-deadline"
  | "step-down-early"
  | "late-reply"
  | "strict-epoch"
  | "renew"
  | "lost"
  | "superseded"
  | "frozen"
  | "absent"
  | "peer-veto"
  | "steal-on-close"
  | "silence-and-unrenewed"
  | "fast-renew"
  | "hold-down"
  | "own-leftover"
  | "twin"
  | "promise-ask"
  | "promise-give"
  | "promise-refuse"
  | "promise-keep"
  | "newborn"
  | "promise-withdraw"
  | "yield"
  | "handover"
  | "successor"
  | "order"
  | "failback"
  | "rest"
  | "pause"
  | "config";

export const LEASE_RULES: Readonly<Record<RuleId, Rule>> = {
  "own-deadline": {
    when: "the monotonic clock reaches sentAt + ttl − safety of the last renewal that was answered in time",
    so: "nothing is done under that epoch any more, whatever anybody said before",
  },
  "step-down-early": {
    when: "that deadline is nearer than the step-down lead and neither Redis nor the peer moved it",
    so: "stepping down begins, so that it is over before anyone may step up",
  },
  "late-reply": {
    when: "an answer comes after its deadline, after its attempt was given up, or twice",
    so: "it gives nothing; a lease it left behind in our name is released",
  },
  "strict-epoch": {
    when: "an epoch is granted that is not above every epoch seen by us, our disk, Redis or the peer",
    so: "it is not accepted, it is reported and released; every acquire passes the highest epoch as floor",
  },
  renew: {
    when: "renewEvery has passed since the last renewal was sent, or watchEvery after one that failed",
    so: "the lease is renewed; a lease that is gone is set again while nobody was granted a newer one",
  },
  lost: { when: "Redis says the lease is another's", so: "the reign ends at once" },
  superseded: { when: "a higher epoch is seen anywhere", so: "the reign ends at once" },
  frozen: {
    when: "a wake comes far too late",
    so: "deadlines are checked before anything else, and silence from before counts for nothing",
  },
  absent: { when: "a look finds no lease and no other rule forbids it", so: "the standby takes it" },
  "peer-veto": {
    when: "a peer that is heard says it is active",
    so: "an absent lease is not taken: Redis forgot it, not the peer",
  },
  "steal-on-close": {
    when: "the link of the active peer closes without a goodbye and nobody listens any more where it did: its process is gone",
    so: "exactly its holder:epoch is replaced at once",
  },
  "silence-and-unrenewed": {
    when: "the link of the active peer is silent past the suspicion time and the lease was not renewed since for unrenewedFor",
    so: "exactly the observed holder:epoch is replaced",
  },
  "fast-renew": {
    when: "the active loses the link, finds it silent, or is told it is not heard",
    so: "it renews at once and every watchEvery: a cut cable between two healthy agents is no takeover",
  },
  "hold-down": {
    when: "there were too many takeovers in the hold-down span",
    so: "stealing is frozen and said aloud; an expired lease is still taken",
  },
  "own-leftover": {
    when: "the lease is in our own name and we do not hold it: a lost answer, or a former process that renews it no more",
    so: "exactly that holder:epoch is replaced",
  },
  twin: {
    when: "the lease is in our own name, this process was never granted it, and it was renewed not long ago",
    so: "it is left alone; once it is seen to be renewed, that another process runs under our name is said aloud",
  },
  "promise-ask": {
    when: "Redis does not answer the active and the link to the only peer is up",
    so: "it asks the peer for a promise, again and again; each counts from when it was asked, less safety",
  },
  "promise-give": {
    when: "a standby that knows the same epoch and has no acquire under way is asked",
    so: "it promises, from now on its own clock, neither to acquire nor to steal",
  },
  "promise-refuse": {
    when: "the one asked is not standby, has an acquire whose fate is open, or knows another epoch",
    so: "it refuses and tells the highest epoch it knows",
  },
  "promise-keep": {
    when: "a promise is given and neither run out nor ended by the asker",
    so: "nothing is taken, even when Redis answers again or the link closes",
  },
  newborn: {
    when: "an agent of a pair has just started: it may have promised something before",
    so: "for the length of a promise it replaces nobody and takes no expired lease; one that its holder released for it, it takes at once, since that ends every promise to that holder",
  },
  "promise-withdraw": {
    when: "Redis answers the active again",
    so: "it stops counting on promises and then tells the peer so",
  },
  yield: {
    when: "the active lived on promises for yieldAfter and the peer does reach Redis",
    so: "it hands over to the peer",
  },
  handover: {
    when: "a handover is asked for, or the peer hands over to us",
    so: "drain, stop, release naming the successor and tell it; the successor takes at once",
  },
  successor: {
    when: "a released lease is reserved for another",
    so: "it is left alone until the grace is over",
  },
  order: {
    when: "more than two agents may hold the lease, nobody is named as successor, and others that could take over stand before us in their order",
    so: "each of them has one grace to take it; the first takes it at once",
  },
  failback: {
    when: "the preferred agent was a stable standby for the hold-off, and there is no hold-down",
    so: "the active hands over to it",
  },
  rest: { when: "we gave the lease up on purpose", so: "we leave it to others for a while" },
  pause: { when: "the agent is paused for maintenance", so: "it never acquires" },
  config: {
    when: "the living holder runs another configuration",
    so: "nothing is taken from it, and it is said why, unless told to replace it",
  },
};
