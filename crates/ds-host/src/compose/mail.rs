//! Mail as configured, and who sends it.

use std::sync::Arc;

use ds_core::{Clock, LetterStore, StoreError, SystemClock};
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
    post.resume();
    Ok(Some(post))
}

/// Forgets letters that are of no use any more; for the daily round. How many wait on a host that sends none: they are sent if it
/// does so again while they are of use.
pub(super) async fn tidy(
    letters: &dyn LetterStore,
    clock: &dyn Clock,
    sends: bool,
) -> Result<usize, StoreError> {
    letters.purge_letters(clock.now()).await?;
    if sends {
        return Ok(0);
    }
    let left = letters.waiting_letters().await?.len();
    if left > 0 {
        tracing::warn!(
            left,
            "letters wait and this host sends no mail any more: they are kept, sealed, while they are of use, for a day at most"
        );
    }
    Ok(left)
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ds_core::{ManualClock, WaitingLetter};
    use ds_testkit::{Memory, sample::NOW};

    use super::*;

    #[tokio::test]
    async fn what_waits_ends_without_mail_too() {
        let (store, clock) = (Memory::new(), ManualClock::new(NOW));
        for hours in [1, 24] {
            let letter = WaitingLetter::new(NOW, Duration::from_hours(hours));
            store.keep_letter(&letter, "a link").await.unwrap();
        }
        let left = async |sends| tidy(&store, &clock, sends).await.unwrap();
        assert_eq!(left(false).await, 2);
        clock.advance(Duration::from_hours(2));
        assert_eq!(left(false).await, 1);
        assert_eq!(left(true).await, 0, "somebody sends it");
        assert_eq!(store.waiting_letters().await.unwrap().len(), 1);
        clock.advance(Duration::from_hours(23));
        assert_eq!(left(true).await, 0);
        assert_eq!(store.waiting_letters().await.unwrap(), []);
    }
}
