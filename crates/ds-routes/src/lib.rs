//! What an app answers to: routes, the compiled [`RouteTable`], and the safe way from a static route to a
//! file. Matching happens on the host only; the parameters it finds are handed to the sandbox.

mod route;
mod store;

pub use route::{Handler, ParamValue, Params, Route, RouteId, StaticRoot};
pub use store::RouteStore;
