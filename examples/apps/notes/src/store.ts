// Reading and changing notes.
import { database, transaction } from "./database.ts";

export interface Note {
  id: number;
  title: string;
  body: string;
  author: string | null;
  created: number;
  editor: string | null;
  changed: number;
  pinned: boolean;
}

/** What somebody wrote, and which version of the note they started from. */
export interface Draft {
  title: string;
  body: string;
  basedOn: number;
}

/** A note in a list. In `title` and `excerpt`, what matched a search is between \u0001 and \u0002. */
export interface Listed extends Omit<Note, "body"> {
  excerpt: string;
}

export interface Found {
  query: string;
  notes: Listed[];
}

const COLUMNS = "notes.id, author, created, editor, changed, pinned";
const MOST = 200;

export function get(id: number): Note | undefined {
  const row = database().prepare(`SELECT ${COLUMNS}, title, body FROM notes WHERE id = ?`).get(id);
  return row && { ...(row as unknown as Note), pinned: row.pinned === 1 };
}

/** Notes with all of the query's words (the last may be unfinished), best first; or all, newest first. */
export function find(query: string): Found {
  const words = query.normalize().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  const rows = words.length === 0
    ? database().prepare(`
        SELECT ${COLUMNS}, title, substr(body, 1, 300) AS excerpt FROM notes
        ORDER BY pinned DESC, changed DESC LIMIT ${MOST}`).all()
    : database().prepare(`
        SELECT ${COLUMNS}, highlight(words, 0, char(1), char(2)) AS title,
          snippet(words, 1, char(1), char(2), '…', 28) AS excerpt
        FROM words JOIN notes ON notes.id = words.rowid
        WHERE words MATCH ? ORDER BY bm25(words, 6.0, 1.0) LIMIT ${MOST}`)
      .all(words.map((word) => `"${word}"*`).join(" "));
  const notes = rows.map((row) => ({ ...(row as unknown as Listed), pinned: row.pinned === 1 }));
  return { query: query.trim(), notes };
}

export function add({ title, body }: Draft, author: string | null): number {
  const now = Date.now();
  const added = database().prepare(`
    INSERT INTO notes (title, body, author, created, editor, changed) VALUES (?, ?, ?, ?, ?, ?)`)
    .run(title, body, author, now, author, now);
  return Number(added.lastInsertRowid);
}

/** Changes a note, unless somebody changed it since the draft was started. */
export function change(id: number, draft: Draft, editor: string | null): boolean {
  return transaction((db) => {
    const done = db.prepare(`
      UPDATE notes SET title = ?, body = ?, editor = ?, changed = max(?, changed + 1)
      WHERE id = ? AND changed = ?`)
      .run(draft.title, draft.body, editor, Date.now(), id, draft.basedOn);
    return done.changes === 1;
  });
}

export function pin(id: number, pinned: boolean) {
  database().prepare("UPDATE notes SET pinned = ? WHERE id = ?").run(pinned ? 1 : 0, id);
}

export function remove(id: number) {
  database().prepare("DELETE FROM notes WHERE id = ?").run(id);
}
