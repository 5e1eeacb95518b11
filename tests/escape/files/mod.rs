//! Files that are not the attacker's.

mod copied;
mod deno_dir;
mod hard_links;
mod host_database;
mod host_files;
mod host_files_by_system_call;
mod links_in_data;
mod links_of_apps;
mod other_appspaces;
mod other_appspaces_by_system_call;
mod planted_links;
mod planted_things;
mod proc_and_dev;
mod read_only;
mod root;
mod run_dirs;
mod served_links;
