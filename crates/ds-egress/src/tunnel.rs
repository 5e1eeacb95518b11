//! Bytes both ways, as they are.

use std::sync::Arc;

use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional_with_sizes},
    net::TcpStream,
};

use crate::{
    counted::Activity,
    outlet::{Place, Target},
    scope::Scope,
};

/// What is on its way in one direction, in bytes.
const BUFFER: usize = 16 << 10;

/// Serves one connection.
pub(crate) async fn run(scope: Arc<Scope>, to: Target, mut app: TcpStream, place: Place) {
    let activity = Activity::new();
    let Some(mut host) = scope.reach(&to, &activity).await else {
        return;
    };
    // The app may be slow to send; that is its own affair.
    let _ = app.set_nodelay(true);
    copy(&scope, &to, &activity, &mut app, &mut host).await;
    drop(place);
}

/// Copies until both ends are done, one breaks, or nothing comes or goes for too long.
pub(crate) async fn copy(
    scope: &Scope,
    to: &Target,
    activity: &Activity,
    app: &mut (impl AsyncRead + AsyncWrite + Unpin),
    host: &mut (impl AsyncRead + AsyncWrite + Unpin),
) {
    let limit = scope.shared.limits.idle;
    tokio::select! {
        // How they end is for the two ends to know.
        _ = copy_bidirectional_with_sizes(app, host, BUFFER, BUFFER) => {}
        () = activity.idle(limit) => {
            let why = format!("nothing came or went for {} s", limit.as_secs());
            scope.journal.failed(&to.to_string(), &why);
        }
    }
}
