// The book's file, opened when it is first needed.
import { DatabaseSync } from "node:sqlite";
import { filesPath } from "dropserver";

let opened: DatabaseSync | undefined;

export function databaseFile(): string {
  return filesPath("guestbook.db");
}

export function database(): DatabaseSync {
  opened ??= new DatabaseSync(databaseFile());
  return opened;
}
