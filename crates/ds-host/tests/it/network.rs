//! Apps whose code comes over the network when they are installed.

use std::fs;

use ds_testkit::tls::trusted_server;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    runtime::Runtime,
};

use crate::host::Host;

/// A server of one module at `https://localhost:<port>/mod.ts`, until it is dropped.
struct Server {
    _runtime: Runtime,
    port: u16,
    /// The certificate of the authority that vouches for it, as PEM.
    authority: String,
}

const MODULE: &str = "export const greeting: string = \"hello from elsewhere\";";

impl Server {
    fn start() -> Self {
        let (authority, acceptor) = trusted_server(&["localhost"]);
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let mut lines = BufReader::new(&mut stream).lines();
                while lines.next_line().await.is_ok_and(|line| line.is_some_and(|line| !line.is_empty())) {}
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/typescript\r\ncontent-length: {}\r\n\r\n{MODULE}",
                    MODULE.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self {
            _runtime: runtime,
            port,
            authority,
        }
    }
}

/// A host with this configuration and an account, and a package that imports the server's module.
fn host(server: &Server, config: &str) -> (Host, String) {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("ca.pem"), &server.authority).unwrap();
    fs::write(dir.path().join("dropserver.toml"), config).unwrap();
    let app = dir.path().join("greeter");
    fs::create_dir(&app).unwrap();
    let manifest =
        r#"{"name": "greeter", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1}"#;
    fs::write(app.join("dropapp.json"), manifest).unwrap();
    let code = format!(
        "import {{ createApp, everyone, html }} from \"dropserver\";\n\
         import {{ greeting }} from \"https://localhost:{}/mod.ts\";\n\
         const app = createApp();\n\
         app.get(\"/\", everyone, () => html(greeting));\n\
         export default app;\n",
        server.port
    );
    fs::write(app.join("app.ts"), code).unwrap();
    let host = Host::start_in(dir);
    let create = "account create --email ada@example.com --admin --password-stdin";
    let made = host.run_with(create, "quietly-orbiting-pumpkin-42\n");
    assert_eq!(made.code, 0, "{made:?}");
    let install = format!("app install {} --json", app.display());
    (host, install)
}

#[test]
fn an_app_is_installed_with_code_from_a_trusted_server() {
    let server = Server::start();
    let config = "[trust]\nca = \"ca.pem\"\n[modules]\nallow = [\"127.0.0.0/8\"]\n";
    let (host, install) = host(&server, config);
    host.run(&install).done();
    drop(server);
    let create = "appspace create --app greeter --address hello --json";
    host.run(create).done();
    let page = host.get("hello.localhost", "/");
    assert!(page.contains("hello from elsewhere"), "{page}");
}

#[test]
fn without_leave_the_import_is_named_and_why_it_cannot_be_had() {
    let server = Server::start();
    for (config, why) in [
        (
            "[trust]\nca = \"ca.pem\"\n",
            "localhost is not on the public internet, and not among the addresses that are allowed",
        ),
        (
            "[modules]\nallow = [\"127.0.0.0/8\"]\n",
            "localhost cannot be reached: invalid peer certificate",
        ),
        (
            "[trust]\nca = \"ca.pem\"\n[modules]\nnetwork = false\n",
            "switched off for modules",
        ),
    ] {
        let (host, install) = host(&server, config);
        let refused = host.run(&install);
        assert_eq!(refused.code, 65, "{refused:?}");
        let error = refused.json();
        let message = error["error"]["message"].as_str().unwrap();
        let import = format!(
            "app.ts imports \"https://localhost:{}/mod.ts\"",
            server.port
        );
        assert!(message.contains(&import), "{message}");
        assert!(message.contains(why), "{message}");
        let apps = host.run("app list --json").done();
        assert_eq!(apps["apps"].as_array().unwrap().len(), 0);
    }
}
