//! The rules about rules, as tables.

use super::EgressRule;

fn rule(text: &str) -> EgressRule {
    text.parse().unwrap()
}

#[test]
fn texts() {
    let check = |text: &str, expect: Result<&str, &str>| {
        let got = text.parse::<EgressRule>().map(|rule| rule.to_string());
        match (got, expect) {
            (Ok(got), Ok(expect)) => assert_eq!(got, expect, "{text}"),
            (Err(error), Err(part)) => {
                let error = error.to_string();
                assert!(error.contains(part), "{text}: {error}");
            }
            (got, _) => panic!("{text}: {got:?}"),
        }
    };
    check("api.example.com", Ok("api.example.com"));
    check(" Api.Example.COM. ", Ok("api.example.com"));
    check("api.example.com:443", Ok("api.example.com"));
    check("api.example.com:80", Ok("api.example.com:80"));
    check("api.example.com.:0080", Ok("api.example.com:80"));
    check("*.example.org", Ok("*.example.org"));
    check("*.example.org:8443", Ok("*.example.org:8443"));
    check("xn--bcher-kva.example", Ok("xn--bcher-kva.example"));
    check("4.example", Ok("4.example"));
    check("", Err("write a host name"));
    check(".", Err("write a host name"));
    check("*", Err("every host"));
    check("*:443", Err("every host"));
    check("*.", Err("every host"));
    check("*.org", Err("at least two parts"));
    check("*.*.org", Err("whole beginning"));
    check("a*.example.org", Err("whole beginning"));
    check("a.*.org", Err("whole beginning"));
    check("localhost", Err("one part"));
    check("localhost:80", Err("one part"));
    check("bücher.example", Err("punycode"));
    check("https://example.org", Err("without `https://`"));
    check("example.org/path", Err("without a path"));
    check("user@example.org", Err("host name"));
    check("1.2.3.4", Err("addresses"));
    check("1.2.3.4:80", Err("addresses"));
    check("a.0x7f", Err("addresses"));
    check("0x7f000001", Err("addresses"));
    check("2130706433", Err("addresses"));
    check("*.0.0.1", Err("addresses"));
    check("::1", Err("addresses"));
    check("[::1]:80", Err("addresses"));
    check("example.org:", Err("a number from 1"));
    check("example.org:0", Err("a number from 1"));
    check("example.org:65536", Err("a number from 1"));
    check("example.org:+80", Err("a number from 1"));
    check("example.org:https", Err("a number from 1"));
    check("example.org:53", Err("port 53"));
    check("a..example.org", Err("empty"));
    check(".example.org", Err("empty"));
    check("-a.example.org", Err("starts or ends"));
    check("a_b.example.org", Err("letters a to z"));
    check(&format!("{}.org", "a".repeat(64)), Err("63"));
    check(&format!("{}org", "a.".repeat(130)), Err("253"));
}

#[test]
fn hosts() {
    let check = |text: &str, host: &str, port: u16, expect: bool| {
        assert_eq!(
            rule(text).matches(host, port),
            expect,
            "{text} {host}:{port}"
        );
    };
    check("api.example.com", "api.example.com", 443, true);
    check("api.example.com", "API.example.Com.", 443, true);
    check("api.example.com", "api.example.com", 80, false);
    check("api.example.com", "api.example.com..", 443, false);
    check("api.example.com", "a.api.example.com", 443, false);
    check("api.example.com", "xapi.example.com", 443, false);
    check("api.example.com", "api.example.com.evil.org", 443, false);
    check("api.example.com", "", 443, false);
    check("*.example.org:80", "a.example.org", 80, true);
    check("*.example.org:80", "A.b.Example.org.", 80, true);
    check("*.example.org:80", "a_b.example.org", 80, true);
    check("*.example.org", "example.org", 443, false);
    check("*.example.org", ".example.org", 443, false);
    check("*.example.org", "a..example.org", 443, false);
    check("*.example.org", ".a.example.org", 443, false);
    check("*.example.org", "a b.example.org", 443, false);
    check("*.example.org", "evilexample.org", 443, false);
    check("*.example.org", "a.example.org.evil.com", 443, false);
    check("*.example.org", "üexample.org", 443, false);
    check("*.example.org", "org", 443, false);
    assert!(rule("a.example.org:80").names("a.example.org"));
}

#[test]
fn what_was_approved_covers_what_is_asked() {
    let check = |approved: &str, asked: &str, expect: bool| {
        assert_eq!(
            rule(approved).covers(&rule(asked)),
            expect,
            "{approved} {asked}"
        );
    };
    check("a.example.org", "a.example.org", true);
    check("a.example.org", "a.example.org:80", false);
    check("*.example.org", "a.example.org", true);
    check("*.example.org", "*.example.org", true);
    check("*.example.org", "*.a.example.org", true);
    check("*.a.example.org", "*.example.org", false);
    check("*.example.org", "example.org", false);
    check("a.example.org", "*.a.example.org", false);
    check("a.example.org", "*.example.org", false);
}

#[test]
fn as_json_it_is_its_text() {
    let json = r#"["a.example.org","*.example.org:80"]"#;
    let rules: Vec<EgressRule> = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&rules).unwrap(), json);
    assert!(serde_json::from_str::<EgressRule>(r#""*""#).is_err());
}
