//! One's own account: a passkey, and codes of an authenticator app.

use totp_rs::{Builder, Secret};

use super::{EMAIL, PASSWORD, driver::Driver, host_with_account, person::Person, site};

/// What an app with this secret shows now, or so many half minutes later.
fn code(secret: &str, later: u64) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    totp.generate(now + 30 * later).to_string()
}

/// Logs out and sends the log-in form, from a page that is not the log-in page.
fn by_form() -> String {
    format!(
        r#"await fetch("/logout", {{ method: "POST" }});
        const form = document.createElement("form");
        form.method = "post";
        form.action = "/login";
        for (const [name, value] of [["email", "{EMAIL}"], ["password", "{PASSWORD}"]]) {{
            const field = document.createElement("input");
            Object.assign(field, {{ name, value, type: "hidden" }});
            form.append(field);
        }}
        document.body.append(form);
        setTimeout(() => form.submit());"#
    )
}

#[tokio::test]
async fn with_a_passkey_and_nothing_else() {
    let driver = Driver::start();
    let host = host_with_account();
    let person = Person::arrives(&driver).await;
    let start = site(&host);
    person.plugs_in_a_device().await;
    person.goes_to(&start).await;
    person.logs_in().await;
    person.presses("Account").await;
    person.sees("Your account").await;
    person.sees("this browser").await;

    person.unfolds("Add a passkey").await;
    person
        .writes_in("passkey-password", "not my password")
        .await;
    person.presses("Add passkey").await;
    person.sees("That is not your password").await;
    person.writes_in("passkey-password", PASSWORD).await;
    person.presses("Add passkey").await;
    // Nobody gave it a name.
    person.sees("Chrome on Linux").await;
    person.sees("never used").await;
    person.unfolds("Rename Chrome on Linux").await;
    person.writes_in("rename-1", "Laptop").await;
    person.presses("Rename").await;
    person.sees("Laptop").await;

    // The browser offers it by itself, and this device says yes to everything.
    person.presses("Log out").await;
    person.waits_until("location.pathname === '/'").await;
    person.sees(EMAIL).await;
    person.goes_to(&format!("{start}/account")).await;
    person.sees("Laptop").await;
    assert!(!person.reads("never used").await);

    // Away with it: the device still has it, and the host does not know it any more.
    person.unfolds("Remove Laptop").await;
    person.writes_in("remove-1", PASSWORD).await;
    person.presses("Remove this passkey").await;
    person
        .waits_until("!document.body.textContent.includes('Laptop')")
        .await;
    person.logs_out().await;
    person.presses("Use a passkey").await;
    person.sees("belongs to no account").await;
    assert!(person.address().await.ends_with("/login"));
    person.leaves(&["403"]).await;
}

#[tokio::test]
async fn with_a_second_step() {
    let driver = Driver::start();
    let host = host_with_account();
    let person = Person::arrives(&driver).await;
    let start = site(&host);
    person.goes_to(&format!("{start}/account")).await;
    person.logs_in().await;
    person.sees("Your account").await;
    person.unfolds("Turn on").await;
    person.writes_in("on-password", PASSWORD).await;
    person.presses("Go on").await;
    person.sees("Scan this").await;
    let secret = person
        .asks("return document.querySelector('[name=secret]').value")
        .await;
    let secret = secret.as_str().unwrap().to_owned();
    person.writes("The code it shows", &code(&secret, 0)).await;
    person.presses("Turn codes on").await;
    person.sees("Write these down").await;
    let paper = person
        .asks("return document.querySelector('.paper code').textContent")
        .await;
    let paper = paper.as_str().unwrap().to_owned();
    person.presses("I have them").await;
    person.sees("are left").await;

    // By a code.
    person.logs_out().await;
    person.logs_in().await;
    person.sees("One more step").await;
    person.writes_in("code", "000000").await;
    person.presses("Log in").await;
    person.sees("That code is wrong").await;
    person.writes_in("code", &code(&secret, 1)).await;
    person.presses("Log in").await;
    person.sees(EMAIL).await;

    // By one on paper.
    person.logs_out().await;
    person.logs_in().await;
    person.writes_in("code", &paper).await;
    person.presses("Log in").await;
    person.sees(EMAIL).await;

    // By a passkey.
    person.plugs_in_a_device().await;
    person.goes_to(&format!("{start}/account")).await;
    person.adds_a_passkey("Laptop").await;
    // After the password, and not where the browser offers it by itself instead.
    person.goes_to(&format!("{start}/forgot")).await;
    person.asks(&by_form()).await;
    person.sees("One more step").await;
    person.presses("Use a passkey").await;
    person.sees(EMAIL).await;
    person.leaves(&["403"]).await;
}
