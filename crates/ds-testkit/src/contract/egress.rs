//! Approved hosts, and secrets.

use ds_core::{
    AccountId, AppspaceId, EgressRule, Timestamp,
    egress_store::{EgressSecret, EgressStore, SecretName},
};

use super::{HostStore, add_appspace, assert_missing};
use crate::sample::NOW;

fn rule(text: &str) -> EgressRule {
    text.parse().unwrap()
}

fn secret(name: &str, host: &str, value: &str) -> EgressSecret {
    EgressSecret {
        name: name.parse().unwrap(),
        host: rule(host),
        value: value.parse().unwrap(),
    }
}

/// [`EgressStore`].
pub async fn egress_store(store: &impl HostStore) {
    let here = add_appspace(store, "here.example.com").await.id;
    let there = add_appspace(store, "there.example.com").await.id;
    let (api, all) = (rule("api.example.com"), rule("*.example.org:8443"));
    let change = async |at, withdraw: &[&EgressRule], approve: &[&EgressRule]| {
        let owned = |rules: &[&EgressRule]| rules.iter().copied().cloned().collect::<Vec<_>>();
        let (withdraw, approve) = (owned(withdraw), owned(approve));
        store.change_approved(at, &withdraw, &approve, NOW).await
    };
    change(here, &[], &[&api, &all, &api]).await.unwrap();
    change(here, &[], &[&api]).await.unwrap();
    let mut both = vec![api.clone(), all.clone()];
    both.sort();
    assert_eq!(store.approved(here).await.unwrap(), both);
    assert_eq!(store.approved(there).await.unwrap(), []);
    let owner = store.appspace(here).await.unwrap().unwrap().owner;
    let by_one = store.approved_by(owner).await.unwrap();
    assert_eq!(by_one, [(here, both.clone())].into());
    let nobody = store.approved_by(AccountId::new()).await.unwrap();
    assert!(nobody.is_empty());
    change(there, &[&api], &[]).await.unwrap();
    assert_eq!(store.approved(here).await.unwrap(), both);
    let other = rule("other.example.com");
    change(here, &[&api, &api], &[&other]).await.unwrap();
    let mut both = vec![other.clone(), all.clone()];
    both.sort();
    assert_eq!(store.approved(here).await.unwrap(), both);
    change(here, &[&other], &[]).await.unwrap();
    assert_eq!(store.approved(here).await.unwrap(), [all]);
    assert_missing(change(AppspaceId::new(), &[], &[&api]).await);

    secrets(store, here, there).await;
    store.remove(here).await.unwrap();
    assert_eq!(store.approved(here).await.unwrap(), []);
    assert_eq!(store.secrets(here).await.unwrap(), []);
}

async fn secrets(store: &impl EgressStore, here: AppspaceId, there: AppspaceId) {
    let key = secret("KEY", "api.example.com", "open-sesame");
    let account = secret("ACCOUNT", "*.example.org", "ada-lovelace");
    store.set_secret(here, &key, NOW).await.unwrap();
    store.set_secret(here, &account, NOW).await.unwrap();
    let expect = [account.clone(), key];
    assert_eq!(store.secrets(here).await.unwrap(), expect);
    assert_eq!(store.secrets(there).await.unwrap(), []);

    let (newer, later) = (
        secret("KEY", "b.example.com", "another-one"),
        Timestamp(NOW.0 + 1),
    );
    store.set_secret(here, &newer, later).await.unwrap();
    let expect = [account, newer.clone()];
    assert_eq!(store.secrets(here).await.unwrap(), expect);
    let entries = store.secret_entries(here).await.unwrap();
    let entries = entries
        .iter()
        .map(|it| (it.name.as_str(), &it.host, it.set));
    let expect = expect.iter().zip([NOW, later]);
    let expect = expect.map(|(it, set)| (it.name.as_str(), &it.host, set));
    assert!(entries.eq(expect));

    let name: SecretName = "KEY".parse().unwrap();
    assert!(!store.remove_secret(there, &name).await.unwrap());
    assert!(store.remove_secret(here, &name).await.unwrap());
    assert!(!store.remove_secret(here, &name).await.unwrap());
    assert_eq!(store.secret_entries(here).await.unwrap().len(), 1);
    let nowhere = store.set_secret(AppspaceId::new(), &newer, NOW).await;
    assert_missing(nowhere);
}
