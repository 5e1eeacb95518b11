// How fast the book can be filled. Visitors share one pace: the app does not know who they are.
import type { Member } from "dropserver";
import { writtenSince } from "./store.ts";

const MINUTE = 60_000;

const PACES = {
  member: [{ within: MINUTE, most: 20 }, { within: 60 * MINUTE, most: 200 }],
  visitor: [{ within: MINUTE, most: 5 }, { within: 60 * MINUTE, most: 40 }],
};

/** What to say to somebody who has to wait. */
export function tooFast(member: Member | null): string | undefined {
  const now = Date.now();
  const paces = member ? PACES.member : PACES.visitor;
  const reached = paces.find(({ within, most }) => writtenSince(now - within, member !== null) >= most);
  if (reached === undefined) return undefined;
  const wait = reached.within === MINUTE ? "in a minute" : "in an hour";
  return `Many people are signing the book right now. Please try again ${wait}; your words are still here.`;
}
