//! Making an appspace from a snapshot, beside the one that the snapshot is of or in its stead.

use std::{collections::BTreeSet, fs};

use ds_backup::{ABOUT, About, snapshots::SnapshotId};
use ds_core::{
    AccountId, Address, Appspace, AppspaceDir, AppspaceId, Member, ProxyId, Reason, Schema,
    StoreError, Work, publish,
};

use super::{RestoreError, choose};
use crate::{Inside, JobHandle, Lifecycle, Run, Step, files::blocking};

/// An appspace that is to be made from a snapshot.
#[derive(Clone, Debug)]
pub struct Anew {
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// Whose the appspace will be.
    pub owner: AccountId,
    /// The owner's name, if none of its members is its owner.
    pub owner_name: String,
    /// Where it will answer.
    pub address: Address,
}

impl Lifecycle {
    /// Makes an appspace from a snapshot, of this host or another with the same key: its members come along, and its
    /// owner here is the one that is said.
    ///
    /// # Errors
    /// If the host is stopping. What goes wrong later, the handle tells; there is no new appspace then.
    pub fn restore_anew(
        &self,
        anew: Anew,
    ) -> Result<JobHandle<Appspace, RestoreError>, RestoreError> {
        let id = AppspaceId::new();
        let work = Work::Import { appspace: id };
        let this = self.clone();
        let body = move |run: Run| async move { this.make_anew(&run, id, anew).await };
        Ok(self.jobs().start(work, self.undoing(), body)?)
    }

    async fn make_anew(
        &self,
        run: &Run,
        id: AppspaceId,
        anew: Anew,
    ) -> Result<Appspace, RestoreError> {
        let taken = self.parts().appspaces.at(&anew.address).await?;
        if taken.is_some() {
            return Err(RestoreError::AddressTaken(anew.address));
        }
        self.room().await?;
        let hold = self.parts().gates.of_new(id).hold(Reason::Creating).await;
        let _hold = run.keep(hold);
        let copy = run.staged();
        let (about, schema) = self.fetch(run, &anew.snapshot, &copy, id).await?;
        let appspace = self.described(id, &anew, &about, schema).await?;
        let like = self.kin(about.appspace, anew.owner).await?;
        run.step(Step::AddOwner, async {
            let inside = (self.parts().inside_of)(copy.clone());
            let owned = async {
                own(&inside, id, &anew).await?;
                match like {
                    Some(like) => self.parts().barred.take_out(like, id, &inside).await,
                    None => Ok(()),
                }
            };
            let owned = owned.await;
            inside.closes.close(id).await;
            Ok::<_, RestoreError>(owned?)
        })
        .await?;
        run.step(
            Step::MoveDirectory,
            publish_copy(copy, self.parts().data.appspace(id)),
        )
        .await?;
        run.step(Step::Record, async {
            let recording = self.parts().appspaces.add_by(&appspace, run.id(), like);
            run.commit(recording).await.map_err(|error| match error {
                StoreError::Taken { .. } => RestoreError::AddressTaken(anew.address.clone()),
                error => error.into(),
            })
        })
        .await?;
        // Somebody may have asked for it before it was there.
        (self.parts().forget)(&appspace.address);
        Ok(appspace)
    }

    /// The appspace as it will be recorded, with the version that runs on its data.
    async fn described(
        &self,
        id: AppspaceId,
        anew: &Anew,
        about: &About,
        schema: Schema,
    ) -> Result<Appspace, RestoreError> {
        let apps = &self.parts().apps;
        let app = apps.app_named(anew.owner, &about.app.name).await?;
        let app = app.ok_or_else(|| RestoreError::NoApp(about.app.name.clone()))?;
        let version = choose(apps.versions(app.id).await?, about, schema, None)?;
        Ok(Appspace {
            id,
            owner: anew.owner,
            address: anew.address.clone(),
            app: app.id,
            version_id: version.id,
            version: version.version,
            paused: false,
            created: self.parts().clock.now(),
        })
    }
}

/// Sees that the owner's account is that of the one member who owns the appspace: that member keeps its id, by which
/// the app knows whose things are whose.
async fn own(inside: &Inside, id: AppspaceId, anew: &Anew) -> Result<(), StoreError> {
    let members = &inside.members;
    let known = members.member_of_account(id, anew.owner).await?;
    if known.as_ref().is_some_and(|member| member.is_owner) {
        return Ok(());
    }
    let all = members.members(id).await?;
    let old = known.or_else(|| all.iter().find(|member| member.is_owner).cloned());
    let others = all.iter().filter(|member| member.is_owner);
    for other in others.filter(|other| old.as_ref().is_none_or(|old| old != *other)) {
        members.remove_member(id, &other.proxy_id).await?;
        let other = Member {
            is_owner: false,
            ..other.clone()
        };
        members.add_member(id, &other, None).await?;
    }
    let owner = match old {
        Some(old) => {
            // Its other ways to log in are those of another host, or go by its account here.
            members.remove_member(id, &old.proxy_id).await?;
            Member {
                is_owner: true,
                ..old
            }
        }
        None => Member {
            proxy_id: ProxyId::random(),
            display_name: anew.owner_name.chars().take(30).collect(),
            avatar: String::new(),
            permissions: BTreeSet::new(),
            is_owner: true,
        },
    };
    members.add_member(id, &owner, Some(anew.owner)).await
}

/// Moves the copy to where appspaces are, all of it on disk.
async fn publish_copy(copy: AppspaceDir, to: AppspaceDir) -> Result<(), RestoreError> {
    let moved = blocking(move || {
        fs::remove_file(copy.root().join(ABOUT))?;
        publish::publish_dir(copy.root(), to.root())
    });
    moved.await.map_err(RestoreError::Files)
}
