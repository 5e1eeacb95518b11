//! People of one host log in to an appspace on another: two real hosts, servers of IndieAuth that are none, and websites.

mod authority;
mod hostile;
mod indieauth;
mod invited;
pub(crate) mod late;
mod letters;
mod liar;
mod original;
mod outside;
mod own;
mod pair;
mod peers;
mod person;
mod signed;
mod stolen;
mod two_hosts;
mod visits;
