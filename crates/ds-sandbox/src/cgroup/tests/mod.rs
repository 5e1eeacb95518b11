//! Control groups in made-up trees, and in the real kernel where it lets us.

mod fake;
mod kernel;
