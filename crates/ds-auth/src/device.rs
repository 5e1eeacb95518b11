//! What a browser is called in a list of sessions.

/// The longest name that is taken as it came.
const LONGEST: usize = 40;

/// Browsers by what they alone say, those that say others' names too first.
const BROWSERS: [(&str, &str); 8] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Systems, likewise.
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "a Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
    ("BSD", "BSD"),
];

/// What a `User-Agent` says, as a person would: "Firefox on Linux". Empty if it says nothing. It is a claim, and
/// good for nothing but to be recognised by whoever made it.
#[must_use]
pub fn device_name(user_agent: &str) -> String {
    let named = |all: &[(&str, &'static str)]| {
        let found = all.iter().find(|(mark, _)| user_agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A program on {system}"),
        (None, None) => {
            let plain = user_agent
                .chars()
                .filter(|c| c.is_ascii_graphic() || *c == ' ');
            plain.take(LONGEST).collect::<String>().trim().to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let check = |agent: &str, expect: &str| assert_eq!(device_name(agent), expect, "{agent}");
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        check(
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        );
        check(
            &format!(
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/140.0 Safari/537.36 Edg/140.0"
            ),
            "Edge on Windows",
        );
        check(
            &format!(
                "Mozilla/5.0 (Linux; Android 10; K) {webkit} Chrome/140.0 Mobile Safari/537.36"
            ),
            "Chrome on Android",
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604",
            "Safari on an iPhone",
        );
        check("curl/8.5.0", "curl/8.5.0");
        check("", "");
        check("\u{202e}evil\n", "evil");
        check(&"x".repeat(500), &"x".repeat(40));
    }
}
