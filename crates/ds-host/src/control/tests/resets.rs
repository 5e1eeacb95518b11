//! Links to set a password anew.

use super::{replies::check, *};

#[tokio::test]
async fn a_link_for_somebody() {
    let host = Running::new().await;
    host.done(account("ada@example.com")).await;
    let reset = |email: &str| Command::AccountReset {
        email: email.to_owned(),
        drop_second_step: true,
    };
    let Reply::Reset(mut made) = host.done(reset("Ada@example.com")).await else {
        panic!("no link")
    };
    let link = std::mem::replace(&mut made.link, Secret("(link)".to_owned())).0;
    check("reset", &Reply::Reset(made));
    let (origin, token) = link.split_once("/reset/").unwrap();
    assert_eq!(origin, host.host.ops.names().site_origin());
    let token = ds_core::secret::Token::presented(token);
    let whose = host.host.ops.reset_of(&token).await.unwrap();
    assert_eq!(whose.email, "ada@example.com");
    assert_eq!(host.refused(reset("x")).await, ErrorKind::NotFound);
}
