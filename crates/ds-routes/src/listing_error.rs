//! What can be wrong with an app's list of routes, for the person who wrote the app.

use ds_core::{Permission, PermissionError};

use crate::{CompileError, pattern::Problem, static_spec::SpecError};

/// What is wrong with an app's list of routes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListingError {
    /// It is not a list.
    #[error("the app's routes are not a list; return an array of routes from `routes`")]
    NotAList,
    /// One route is wrong.
    #[error("route {number} ({route}) cannot be used")]
    Route {
        /// Its place in the list, from 0.
        number: usize,
        /// Its method and path, as far as they could be read.
        route: String,
        /// What is wrong and what to do.
        #[source]
        problem: RouteProblem,
    },
    /// The routes do not make a table.
    #[error(transparent)]
    Table(#[from] CompileError),
}

/// What is wrong with one route of an app's list.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RouteProblem {
    /// It is not an object.
    #[error("it is not an object; use the routes builder of the app library")]
    NotAnObject,
    /// The method is missing.
    #[error("it has no `method`")]
    NoMethod,
    /// The method is not one that routes can have.
    #[error(
        "its method `{0}` is not one of get, head, post, put, delete, connect, options, trace, patch"
    )]
    Method(String),
    /// The path is missing.
    #[error("it has no path; give it as `{{path: \"/…\", end: true}}`")]
    NoPath,
    /// The path is too long.
    #[error("its path cannot be used: {}", Problem::TooLong)]
    LongPath,
    /// `end` is not a boolean.
    #[error("`end` of its path is neither true nor false")]
    End,
    /// Access is missing.
    #[error(
        "it does not say whom it is for; give it `auth: {{allow: \"authorized\"}}` for members or `auth: {{allow: \"public\"}}` for everybody"
    )]
    NoAuth,
    /// Access is not a kind we know.
    #[error("its auth allows `{0}`; use `public` or `authorized`")]
    Auth(String),
    /// The permission is not a string.
    #[error("`permission` of its auth is not text")]
    PermissionType,
    /// The permission's name breaks the rules.
    #[error(transparent)]
    Permission(#[from] PermissionError),
    /// Everybody may use it, and yet it asks for a permission.
    #[error(
        "everybody may use it and yet it asks for the permission `{0}`; choose `allow: \"authorized\"` or drop the permission"
    )]
    PublicPermission(Permission),
    /// The type is missing.
    #[error("it has no `type`")]
    NoType,
    /// The type is not one we know.
    #[error("its type `{0}` is neither `function` nor `static`")]
    Type(String),
    /// The handler's name is not a string.
    #[error("the name of its handler is not text")]
    Name,
    /// A static route without files.
    #[error("it is static but does not say which files; give it `path: \"@app/…\"`")]
    NoFiles,
    /// A static route with files that cannot be served.
    #[error(transparent)]
    Files(#[from] SpecError),
}
