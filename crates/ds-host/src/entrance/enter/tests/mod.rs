//! Logging in to an appspace, as browsers do it, over stores in memory and hosts that are told what to say.

mod letters;
mod looks;
mod originals;
mod servers;
mod slow;
mod strangers;
mod visits;
mod world;
