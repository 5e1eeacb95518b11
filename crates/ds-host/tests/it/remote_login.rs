//! People of one host log in to an appspace on another: two real hosts, and a server of IndieAuth that is none.

mod indieauth;
mod letters;
mod original;
mod own;
mod pair;
mod person;
mod visits;
