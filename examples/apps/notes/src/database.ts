// The notebook's file, opened when it is first needed.
import { DatabaseSync } from "node:sqlite";
import { filesPath } from "dropserver";

let opened: DatabaseSync | undefined;

export function databaseFile(): string {
  return filesPath("notes.db");
}

export function database(): DatabaseSync {
  opened ??= new DatabaseSync(databaseFile());
  return opened;
}

/** Does all of it or nothing. */
export function transaction<T>(work: (db: DatabaseSync) => T): T {
  const db = database();
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work(db);
    db.exec("COMMIT");
    return result;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}
