// How the book's file came to be what it is.
import { database, databaseFile } from "./database.ts";

export function migrateUp1() {
  database().exec(`
    CREATE TABLE entries (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      member TEXT,
      name TEXT NOT NULL,
      message TEXT NOT NULL,
      written INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('shown', 'waiting', 'hidden'))
    );
    CREATE INDEX entries_by_time ON entries (written);
  `);
}

export function migrateDown1() {
  database().close();
  Deno.removeSync(databaseFile());
}
