//! Commands over a real socket, to operations over real stores.

mod documented;
mod jobs;
mod keys;
mod people;
mod replies;
mod resets;
mod tokens;

use std::os::unix::fs::PermissionsExt as _;

use ds_core::DataDir;

use super::{
    client::{ClientError, send},
    server::Control,
    wire::{Command, Permit, Reply, Secret, Which},
};
use crate::{
    listen::Stop,
    ops::{
        ErrorKind,
        tests::fixture::{Fixture, PASSWORD},
    },
};

/// A host that takes commands.
struct Running {
    host: Fixture,
    data: DataDir,
    stop: Stop,
}

impl Running {
    async fn new() -> Self {
        let host = Fixture::new().await;
        let data = DataDir::new(host.dir.path());
        let running = Self {
            host,
            data,
            stop: Stop::default(),
        };
        running.serve();
        running
    }

    fn serve(&self) {
        let control = Control::bind(self.data.control_socket()).unwrap();
        self.stop
            .spawn(control.serve(self.host.ops.clone(), self.stop.clone()));
    }

    async fn done(&self, command: Command) -> Reply {
        send(&self.data, &command).await.unwrap()
    }

    async fn refused(&self, command: Command) -> ErrorKind {
        match send(&self.data, &command).await {
            Err(ClientError::Refused(error)) => error.kind(),
            other => panic!("not refused: {other:?}"),
        }
    }
}

fn account(email: &str) -> Command {
    Command::AccountCreate {
        email: email.to_owned(),
        password: Secret(PASSWORD.to_owned()),
        admin: true,
    }
}

fn which(address: &str) -> Which {
    Which {
        owner: None,
        address: address.to_owned(),
    }
}

fn permit(permission: &str) -> Permit {
    Permit {
        which: which("diary"),
        member: "bob@example.com".to_owned(),
        permission: permission.to_owned(),
    }
}

#[tokio::test]
async fn refusals_keep_their_kind_and_advice() {
    let host = Running::new().await;
    let error = send(&host.data, &Command::AppList { owner: None })
        .await
        .unwrap_err();
    let ClientError::Refused(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.hint().unwrap().contains("account create"));
    host.done(account("ada@example.com")).await;
    assert_eq!(
        host.refused(account("ada@example.com")).await,
        ErrorKind::Conflict
    );
    assert_eq!(
        host.refused(Command::AppspacePause(which("diary"))).await,
        ErrorKind::NotFound
    );
    let relative = Command::AppInstall {
        owner: None,
        package: "notes@1.0.0".into(),
        modules: None,
    };
    assert_eq!(host.refused(relative).await, ErrorKind::Invalid);
}

#[tokio::test]
async fn nobody_else_can_reach_the_socket() {
    let host = Running::new().await;
    let mode = std::fs::metadata(host.data.control_socket())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn without_a_host_it_says_so() {
    let host = Running::new().await;
    assert!(host.stop.drain(std::time::Duration::from_mins(1)).await);
    assert!(!host.data.control_socket().exists());
    let not_running = async || {
        let error = send(&host.data, &Command::AppList { owner: None }).await;
        assert!(
            matches!(error, Err(ClientError::NotRunning(_))),
            "{error:?}"
        );
    };
    not_running().await;
    // As a crash leaves it.
    drop(std::os::unix::net::UnixListener::bind(host.data.control_socket()).unwrap());
    not_running().await;
    let again = Running {
        stop: Stop::default(),
        ..host
    };
    again.serve();
    again.done(account("ada@example.com")).await;
}

#[tokio::test]
async fn data_directories_may_be_deep() {
    let host = Fixture::new().await;
    let deep = host.dir.path().join("deep".repeat(30));
    std::fs::create_dir(&deep).unwrap();
    let data = DataDir::new(deep);
    assert!(data.control_socket().as_os_str().len() > 107);
    let running = Running {
        host,
        data,
        stop: Stop::default(),
    };
    running.serve();
    running.done(account("ada@example.com")).await;
}

#[tokio::test]
async fn commands_are_bounded() {
    let host = Running::new().await;
    let long = account(&"x".repeat(super::COMMAND_MAX));
    assert_eq!(host.refused(long).await, ErrorKind::Invalid);
}
