//! What browsers and other sites can try at an appspace, over the whole pipeline: an app that sets what it must not,
//! members with cookies, programs with tokens.

mod answers;
mod logins;
mod requests;
mod scripts;
mod world;
