//! Compiles anew when a migration is added: `migrate!` reads directories, which cargo does not watch.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
