//! Requests as an attacker writes them: every header can be chosen, and nothing is followed or kept.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Ask {
    pub(super) fn new(method: &str, host: &str, target: &str) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            headers: vec![("Host".into(), host.into())],
            body: String::new(),
        }
    }

    pub(super) fn get(host: &str, target: &str) -> Self {
        Self::new("GET", host, target).header("Accept", "text/html")
    }

    /// A form, sent by a page of that host.
    pub(super) fn form(host: &str, target: &str, fields: &[(&str, &str)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        Self::new("POST", host, target)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Sec-Fetch-Site", "same-origin")
            .body(form.finish())
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With another value, or without it.
    pub(super) fn instead(mut self, name: &str, value: Option<&str>) -> Self {
        self.headers.retain(|(known, _)| known != name);
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    pub(super) fn cookie(self, pair: &str) -> Self {
        self.header("Cookie", pair)
    }

    pub(super) fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    pub(super) fn send(&self, address: &str) -> Reply {
        use std::fmt::Write as _;
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if !head.contains("\r\nConnection: ") {
            head += "Connection: close\r\n";
        }
        if !self.body.is_empty() || self.method == "POST" {
            let _ = write!(head, "Content-Length: {}\r\n", self.body.len());
        }
        let mut stream = TcpStream::connect(address).unwrap();
        let wait = Some(Duration::from_secs(20));
        stream.set_read_timeout(wait).unwrap();
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        // Whoever is refused may not be listened to until the end.
        let _ = stream.write_all(self.body.as_bytes());
        Reply::read(&mut stream)
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Reply {
    fn read(stream: &mut TcpStream) -> Self {
        let (mut all, mut part) = (Vec::new(), [0; 16 << 10]);
        // What was upgraded does not end.
        while let Ok(read) = stream.read(&mut part) {
            all.extend_from_slice(&part[..read]);
            if read == 0 || is_whole(&all) {
                break;
            }
        }
        let text = String::from_utf8_lossy(&all);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers = lines.filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_ascii_lowercase(), value.to_owned()))
        });
        Self {
            status: status.and_then(|status| status.parse().ok()).unwrap_or(0),
            headers: headers.collect(),
            body: body.to_owned(),
        }
    }

    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let found = self.headers.iter().filter(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    pub(super) fn one(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_default()
    }

    /// `name=value` of a cookie that is set to something.
    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        self.all("set-cookie").into_iter().find_map(|set| {
            let pair = set.split(';').next()?;
            let (known, value) = pair.split_once('=')?;
            (known == name && !value.is_empty()).then(|| pair.to_owned())
        })
    }

    /// Whether it refuses: an error, or a way to log in.
    #[track_caller]
    pub(super) fn assert_refused(&self) {
        let ways_in = ["/login", "/appspacelogin", "/.dropserver/enter"];
        let to_log_in = |to: &str| ways_in.iter().any(|way| to.contains(way));
        let is_refused = (400..500).contains(&self.status)
            || (self.status == 303 && to_log_in(self.one("location")));
        assert!(is_refused, "{self:?}");
        for cookie in ["ds-account", "ds-member"] {
            assert_eq!(self.cookie(cookie), None, "{self:?}");
        }
    }

    #[track_caller]
    pub(super) fn assert_status(&self, expect: u16) -> &Self {
        assert_eq!(self.status, expect, "{self:?}");
        self
    }
}

/// Whether all came of an answer that says how long it is, or that the connection is another's now.
fn is_whole(all: &[u8]) -> bool {
    let text = String::from_utf8_lossy(all);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.parse::<usize>().ok())?
    });
    head.starts_with("HTTP/1.1 101") || length.is_some_and(|length| body.len() >= length)
}
