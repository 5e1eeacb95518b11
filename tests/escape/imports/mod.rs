//! Reading by importing.

mod at_install;
mod blob_url;
mod data_url;
mod literal_dynamic;
mod node_modules;
mod node_modules_traversal;
mod registries;
mod remote;
mod require;
mod static_json;
mod static_module;
mod static_text;
mod workers;
