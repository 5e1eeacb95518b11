//! What an app answers to: routes, the compiled [`RouteTable`], and the safe way from a static route to a
//! file. Matching happens on the host only; the parameters it finds are handed to the sandbox.

mod beneath;
mod listing;
mod listing_error;
pub mod pattern;
mod route;
mod static_path;
mod static_spec;
mod store;
mod table;

pub use listing::parse_listing;
pub use listing_error::{ListingError, RouteProblem};
pub use pattern::{Pattern, PatternError};
pub use route::{Handler, ParamValue, Params, Route, RouteId, StaticRoot};
pub use static_path::{Lookup, StaticFile, StaticMiss, StaticRoots, StaticTarget};
pub use static_spec::SpecError;
pub use store::RouteStore;
pub use table::{CompileError, Found, MAX_ROUTES, RouteTable};
