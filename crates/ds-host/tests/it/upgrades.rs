//! Change of version, deletion and return, by the real program with the real Deno: whatever goes wrong, and wherever
//! the power goes, an appspace is as it was before or as it is to be.

mod app;
mod crash;
mod outcomes;
mod trash;
