//! People of one host log in to an appspace on another: two real hosts, servers of IndieAuth that are none, and websites.

pub(crate) mod authority;
mod hint;
mod hostile;
mod indieauth;
mod invited;
pub(crate) mod late;
mod letters;
mod liar;
mod looks;
mod original;
mod outside;
mod own;
pub(crate) mod pair;
mod peers;
mod person;
pub(crate) mod picnic;
mod private;
mod signed;
mod stolen;
mod two_hosts;
mod visits;
