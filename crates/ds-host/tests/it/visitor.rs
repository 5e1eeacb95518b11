//! Somebody at the account site, without a browser: forms are sent as a browser without JavaScript sends them.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use crate::host::Host;

/// Somebody who is logged in.
pub(crate) struct Visitor<'h> {
    host: &'h Host,
    cookie: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) text: String,
}

impl<'h> Visitor<'h> {
    pub(crate) fn log_in(host: &'h Host, email: &str, password: &str) -> Self {
        let mut visitor = Self {
            host,
            cookie: String::new(),
        };
        let password = password.trim_end();
        let page = visitor.post("/login", &[("email", email), ("password", password)]);
        assert_eq!(page.status, 303, "{page:?}");
        let set = page.text.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("set-cookie").then_some(value)
        });
        set.unwrap()
            .split(';')
            .next()
            .unwrap()
            .clone_into(&mut visitor.cookie);
        visitor
    }

    /// Somebody who is not.
    pub(crate) fn nobody(host: &'h Host) -> Self {
        Self {
            host,
            cookie: String::new(),
        }
    }

    /// What somebody is answered who tries to log in.
    pub(crate) fn try_log_in(host: &'h Host, email: &str, password: &str) -> Page {
        let fields = [("email", email), ("password", password.trim_end())];
        Self::nobody(host).post("/login", &fields)
    }

    pub(crate) fn get(&self, path: &str) -> Page {
        self.send("GET", path, "")
    }

    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.send("POST", path, &form.finish())
    }

    /// Sends a form and goes where the answer leads, again and again until nothing runs there.
    pub(crate) fn begin(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let sent = self.post(path, fields);
        assert_eq!(sent.status, 303, "{sent:?}");
        let to = sent.location.unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
        loop {
            let page = self.get(&to);
            assert_eq!(page.status, 200, "{page:?}");
            if !page.text.contains("data-running") {
                return page;
            }
            assert!(std::time::Instant::now() < deadline, "{page:?}");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Page {
        let address = self.host.ready["listen"].as_str().unwrap();
        let site = self.host.ready["site"]
            .as_str()
            .unwrap()
            .trim_end_matches('/');
        let (_, authority) = site.split_once("://").unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nOrigin: {site}\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.cookie,
            body.len()
        );
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        let location = text.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let is_it = name.eq_ignore_ascii_case("location");
            is_it.then(|| value.to_owned())
        });
        Page {
            status,
            location,
            text,
        }
    }
}
