//! The routes of app versions.

use ds_core::{Access, VersionId};
use ds_routes::{Handler, Route, RouteId, StaticRoot};
use http::Method;

use super::HostStore;

fn route(id: u32, method: Method, access: Access, handler: Handler) -> Route {
    Route {
        id: RouteId(id),
        method,
        pattern: format!("/{id}/:name*"),
        end: id.is_multiple_of(2),
        access,
        handler,
    }
}

/// [`RouteStore`](ds_routes::RouteStore).
pub async fn route_store(store: &impl HostStore) {
    let (version, other) = (VersionId::new(), VersionId::new());
    assert_eq!(store.routes(version).await.unwrap(), []);
    let named = |name: &str| Handler::Function { name: name.into() };
    let files = Handler::Static {
        root: StaticRoot::Appspace,
        path: "a/b c".into(),
    };
    let permission = |name: Option<&str>| Access::Authorized {
        permission: name.map(|name| name.parse().unwrap()),
    };
    let mut routes = vec![
        route(0, Method::GET, Access::Public, named("")),
        route(
            1,
            Method::from_bytes(b"PURGE").unwrap(),
            permission(None),
            named("ü"),
        ),
        route(2, Method::GET, permission(Some("edit")), files),
    ];
    // Ten after two.
    routes.extend((3..12).map(|id| route(id, Method::POST, Access::Public, named("f"))));
    store.set_routes(version, &routes).await.unwrap();
    store.set_routes(other, &routes[..1]).await.unwrap();
    assert_eq!(store.routes(version).await.unwrap(), routes);

    store.set_routes(version, &routes[..2]).await.unwrap();
    assert_eq!(store.routes(version).await.unwrap(), routes[..2]);
    store.set_routes(version, &[]).await.unwrap();
    assert_eq!(store.routes(version).await.unwrap(), []);
    assert_eq!(store.routes(other).await.unwrap(), routes[..1]);
    store.remove_version(other).await.unwrap();
    assert_eq!(store.routes(other).await.unwrap(), []);
}
