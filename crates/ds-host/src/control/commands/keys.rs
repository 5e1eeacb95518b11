//! Commands about API keys and secret links.

use crate::{
    control::wire::{Command, Key, Reply, Secret, Which},
    ops::{ErrorKind, NewKey, OpError, Ops},
};

/// Does a command if it is one of these.
pub(super) async fn run(ops: &Ops, command: Command) -> Result<Reply, OpError> {
    match command {
        Command::KeyAdd {
            which: Which { owner, address },
            name,
            link,
            permissions,
            days,
            path,
        } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let new = NewKey {
                is_link: link,
                name,
                permissions,
                days,
                path,
            };
            let (key, secret) = ops.add_key(owner, &address, new).await?;
            Ok(Reply::Key(Key {
                secret: Some(Secret(secret)),
                ..key.into()
            }))
        }
        Command::KeyList(Which { owner, address }) => {
            let owner = ops.owner(owner.as_deref()).await?;
            let keys = ops.list_keys(owner, &address).await?;
            Ok(Reply::Keys(keys.into_iter().map(Into::into).collect()))
        }
        Command::KeyRemove {
            which: Which { owner, address },
            id,
        } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let removed = ops.remove_key(owner, &address, &id).await?;
            Ok(Reply::Key(removed.into()))
        }
        _ => Err(OpError::new(
            ErrorKind::Internal,
            "this command is not known",
        )),
    }
}
