// How the notebook's file came to be what it is.
import { database, databaseFile } from "./database.ts";

/** Notes, and an index of their words that triggers keep up to date. */
export function migrateUp1() {
  database().exec(`
    CREATE TABLE notes (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      title TEXT NOT NULL,
      body TEXT NOT NULL,
      author TEXT,
      created INTEGER NOT NULL,
      editor TEXT,
      changed INTEGER NOT NULL
    );
    CREATE VIRTUAL TABLE words USING fts5 (
      title, body, content='notes', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
    );
    CREATE TRIGGER note_added AFTER INSERT ON notes BEGIN
      INSERT INTO words (rowid, title, body) VALUES (new.id, new.title, new.body);
    END;
    CREATE TRIGGER note_removed AFTER DELETE ON notes BEGIN
      INSERT INTO words (words, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
    END;
    CREATE TRIGGER note_changed AFTER UPDATE OF title, body ON notes BEGIN
      INSERT INTO words (words, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
      INSERT INTO words (rowid, title, body) VALUES (new.id, new.title, new.body);
    END;
  `);
}

export function migrateDown1() {
  database().close();
  Deno.removeSync(databaseFile());
}

/** Notes can be pinned. */
export function migrateUp2() {
  database().exec("ALTER TABLE notes ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0");
}

export function migrateDown2() {
  database().exec("ALTER TABLE notes DROP COLUMN pinned");
}
