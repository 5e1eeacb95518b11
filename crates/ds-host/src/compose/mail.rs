//! Mail as configured, and who sends it.

use std::sync::Arc;

use ds_core::{SystemClock, error_chain};
use ds_store::Store;
use tokio_util::task::AbortOnDropHandle;

use super::{ComposeError, modules};
use crate::{
    alerts::{self, Alerts},
    config::{Config, MailBy},
    mail::{FileTransport, Mailer, Post, PostParts, SmtpTransport, Transport},
    ops::{Names, Records},
};

/// What sends mail; `None` if none is configured.
pub(super) async fn post(
    config: &Config,
    names: &Names,
    store: &Arc<Store>,
) -> Result<Option<Post>, ComposeError> {
    let Some(mail) = &config.mail else {
        return Ok(None);
    };
    let transport: Box<dyn Transport> = match &mail.by {
        MailBy::File(dir) => Box::new(FileTransport::new(dir.clone())),
        MailBy::Smtp(server) => {
            let authorities = modules::authorities(config).await?;
            let name = names.site.to_string();
            let transport = SmtpTransport::new(server.clone(), name, &authorities);
            Box::new(transport.map_err(ComposeError::Mail)?)
        }
    };
    let post = Post::new(PostParts {
        from: mail.from.clone(),
        transport,
        store: store.clone(),
        clock: Arc::new(SystemClock),
    });
    if let Err(error) = post.resume().await {
        let error = error_chain(&error);
        tracing::error!(error, "mail that waited when the host ended is not sent");
    }
    Ok(Some(post))
}

/// What tells owners that snapshots fail.
pub(super) fn alerts(
    store: &Arc<Store>,
    records: &Records,
    names: &Names,
    post: Option<&Post>,
) -> Alerts {
    Alerts::new(alerts::Parts {
        snapshots: store.clone(),
        appspaces: store.clone(),
        accounts: store.clone(),
        every: records.every,
        names: names.clone(),
        mailer: post.map(|post| Arc::new(post.clone()) as Arc<dyn Mailer>),
        clock: Arc::new(SystemClock),
    })
}

/// Looks at all appspaces as long as the host runs, unless it takes no snapshots.
pub(super) fn rounds(alerts: &Arc<Alerts>, has_snapshots: bool) -> AbortOnDropHandle<()> {
    let alerts = Arc::clone(alerts);
    AbortOnDropHandle::new(tokio::spawn(async move {
        if has_snapshots {
            alerts.run().await;
        }
    }))
}
