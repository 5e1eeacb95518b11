// Reading and changing the book.
import { database } from "./database.ts";

/** `waiting`: not shown until somebody who moderates lets it in. */
export type State = "shown" | "waiting" | "hidden";

export interface Entry {
  id: number;
  /** Who wrote it, if a member did. */
  member: string | null;
  /** The name they wrote, or had when they wrote it. */
  name: string;
  message: string;
  written: number;
  state: State;
}

export type NewEntry = Pick<Entry, "member" | "name" | "message">;

export const PAGE = 30;

/** A page of entries, the newest first, and whether there are older ones. */
export function read(all: boolean, before = Number.MAX_SAFE_INTEGER): { entries: Entry[]; more: boolean } {
  const found = database().prepare(`
    SELECT * FROM entries WHERE id < ? AND (? OR state = 'shown') ORDER BY id DESC LIMIT ?`)
    .all(before, all ? 1 : 0, PAGE + 1) as unknown as Entry[];
  return { entries: found.slice(0, PAGE), more: found.length > PAGE };
}

export function count(state: State): number {
  return Number(database().prepare("SELECT count(*) AS n FROM entries WHERE state = ?").get(state)!.n);
}

/** How many entries were written since, by members or by others. */
export function writtenSince(time: number, byMembers: boolean): number {
  const row = database().prepare(`
    SELECT count(*) AS n FROM entries WHERE written >= ? AND (member IS NOT NULL) = ?`)
    .get(time, byMembers ? 1 : 0);
  return Number(row!.n);
}

/** Adds an entry. One with a link waits, unless a member wrote it: most such entries are advertising. */
export function add({ member, name, message }: NewEntry): State {
  const link = /https?:|www\.|\[url|\b[a-z0-9-]+\.(?:com|net|org|info|biz|shop|top|xyz)\b/i;
  const state = member === null && link.test(`${name} ${message}`) ? "waiting" : "shown";
  database().prepare(`
    INSERT INTO entries (member, name, message, written, state) VALUES (?, ?, ?, ?, ?)`)
    .run(member, name, message, Date.now(), state);
  return state;
}

export function setState(id: number, state: State): boolean {
  return database().prepare("UPDATE entries SET state = ? WHERE id = ?").run(state, id).changes === 1;
}

export function remove(id: number): boolean {
  return database().prepare("DELETE FROM entries WHERE id = ?").run(id).changes === 1;
}

/** What members can take with them; `all` of it for those who moderate. */
export function everything(all: boolean) {
  const entries = database().prepare(`
    SELECT * FROM entries WHERE ? OR state = 'shown' ORDER BY id`)
    .all(all ? 1 : 0) as unknown as Entry[];
  return entries.map(({ name, message, written, member, state }) => ({
    name,
    message,
    written: new Date(written).toISOString(),
    byMember: member !== null,
    state,
  }));
}
