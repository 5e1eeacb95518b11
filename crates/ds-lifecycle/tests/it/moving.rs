//! Appspaces that move from one host to another: both hosts are here, and talk without a network in between.

mod crash;
mod giving;
mod lost;
mod pair;
