//! What Deno keeps without asking for permission.

mod caches;
mod kv;
mod local_storage;
mod sqlite;
mod temporary_files;
