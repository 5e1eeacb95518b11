//! The page of an appspace: allowing a host, keeping a secret, setting a limit, looking at what was used.

use super::{driver::Driver, person::Person, site};
use crate::terms;

#[tokio::test]
async fn an_owner_decides() {
    let driver = Driver::start();
    let host = terms::started();
    let ada = Person::arrives(&driver).await;
    ada.goes_to(&site(&host)).await;
    ada.logs_in().await;
    ada.presses("New appspace").await;
    ada.writes("Address", "take").await;
    ada.presses("Create appspace").await;

    // What its app asks for is the first thing to see.
    ada.sees("taker asks to reach 2 other hosts").await;
    assert!(ada.address().await.ends_with("/appspaces/take#egress"));
    ada.presses("Allow api.example.com").await;
    ada.sees("Withdraw").await;
    assert!(ada.reads("allowed").await);
    ada.asks("document.querySelector('#egress details').open = true;")
        .await;
    ada.writes("Name", "API_KEY").await;
    ada.writes("Secret", "open-sesame-42").await;
    ada.presses("Keep it").await;
    ada.sees("for api.example.com, set").await;

    assert!(host.get("take.localhost", "/").contains("hello"));
    ada.writes("Memory", "300").await;
    ada.presses("Save limits").await;
    ada.waits_until("document.querySelector('#limit-memory_mib').value === '300'")
        .await;
    ada.sees("the appspace was brought to rest").await;
    let drawn = "return [...document.querySelectorAll('.chart svg')]
        .map((svg) => svg.querySelectorAll('.bar').length > 0 && svg.getAttribute('aria-label').length > 20)";
    let drawn = ada.asks(drawn).await;
    assert_eq!(drawn.as_array().unwrap().len(), 4, "{drawn}");
    assert_eq!(drawn[0], true, "{drawn}");
    ada.presses("30 days").await;
    ada.waits_until("document.querySelectorAll('.chart.disk .place').length === 30")
        .await;

    ada.presses("Appspaces").await;
    ada.presses("Details of take").await;
    ada.presses("Pause").await;
    ada.sees("Your appspaces").await;
    ada.leaves(&[]).await;
}
